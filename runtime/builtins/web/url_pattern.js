// URLPattern, https://urlpattern.spec.whatwg.org/
//
// The class does the work that urlpattern-polyfill has; this file gives its errors workerd's words.
'use strict';

const { defineInspect, defineInterface } = require('internal/webidl');

const COMPONENTS = [
  'protocol', 'username', 'password', 'hostname', 'port', 'pathname', 'search', 'hash',
];

const { URLPattern: Pattern } = require('third_party/url-pattern');

class URLPattern {
  #pattern;
  constructor(...args) {
    try {
      this.#pattern = new Pattern(...args);
    } catch (cause) {
      throw new TypeError('Failed to construct URLPattern', { cause });
    }
  }
  get protocol() { return this.#pattern.protocol; }
  get username() { return this.#pattern.username; }
  get password() { return this.#pattern.password; }
  get hostname() { return this.#pattern.hostname; }
  get port() { return this.#pattern.port; }
  get pathname() { return this.#pattern.pathname; }
  get search() { return this.#pattern.search; }
  get hash() { return this.#pattern.hash; }
  get hasRegExpGroups() { return this.#pattern.hasRegExpGroups; }
  test(...args) { return this.#pattern.test(...args); }
  exec(...args) { return this.#pattern.exec(...args); }
}
defineInterface(URLPattern);
defineInspect(URLPattern, [...COMPONENTS, 'hasRegExpGroups']);

module.exports = { URLPattern };
