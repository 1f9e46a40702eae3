// navigator, as far as Workers have one.
'use strict';

const { defineInspect, defineInterface } = require('internal/webidl');

let allowConstruction = true;

class Navigator {
  constructor() {
    if (!allowConstruction) throw new TypeError('Illegal constructor');
  }
  get userAgent() { return 'Cloudflare-Workers'; }
  get hardwareConcurrency() { return 1; }
  get language() { return 'en'; }
  get languages() { return ['en']; }
  get platform() { return 'Linux'; }
}
defineInterface(Navigator);
defineInspect(Navigator, ['userAgent', 'hardwareConcurrency']);

const navigator = new Navigator();
allowConstruction = false;

module.exports = { Navigator, navigator };
