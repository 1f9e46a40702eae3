// HTMLRewriter: known by its name, so that who uses it is told what is the matter.
'use strict';

const { DOMException } = require('internal/dom_exception');
const { defineInterface } = require('internal/webidl');

class HTMLRewriter {
  constructor() {
    throw new DOMException(
      'HTMLRewriter is not implemented yet by isolane. Serve the page as it is in development, say by a ' +
      'variable of .dev.vars that the Worker asks for.',
      'NotSupportedError');
  }
}
defineInterface(HTMLRewriter);

module.exports = { HTMLRewriter };
