// What third_party/html-rewriter has from Node.js: its modules "assert", "fs", "path" and "util" in one
// (runtime/snapshot.cmake).
'use strict';

const { TextDecoder, TextEncoder } = require('web/encoding');

function assert(condition) {
  if (!condition) throw new Error('HTMLRewriter is in a state that it should never be in.');
}

assert.strictEqual = (actual, expected) => assert(actual === expected);
assert.join = () => '';
// Compiled already, where its bytes are expected.
assert.readFileSync = () => native.htmlRewriterModule();
assert.TextDecoder = TextDecoder;
assert.TextEncoder = TextEncoder;

module.exports = assert;
