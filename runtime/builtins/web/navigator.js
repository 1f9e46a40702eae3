// navigator, as far as Workers have one.
'use strict';

const { defineInspect, defineInterface } = require('internal/webidl');

const MAKE = Symbol('Navigator');

class Navigator {
  constructor(key = undefined) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
  }
  get userAgent() { return 'Cloudflare-Workers'; }
  get hardwareConcurrency() { return 1; }
  get language() { return 'en'; }
  get languages() { return ['en']; }
  get platform() { return 'Linux'; }
}
defineInterface(Navigator);
defineInspect(Navigator, ['userAgent', 'hardwareConcurrency']);

const navigator = new Navigator(MAKE);

module.exports = { Navigator, navigator };
