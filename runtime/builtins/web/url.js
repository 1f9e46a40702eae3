// URL, https://url.spec.whatwg.org/#url-class
//
// ada (in C++) parses. A URL is its normalised href plus the offsets of its components, which the
// native call leaves in native.scratch:
//
//   https://user:pass@example.com:1234/foo/bar?baz#quux
//         |     |    |          | ^^^^|       |   |
//         |     |    |          | |   |       |   `----- 6 hash start    (-1: none)
//         |     |    |          | |   |       `--------- 5 search start  (-1: none)
//         |     |    |          | |   `----------------- 4 pathname start
//         |     |    |          `----------------------- 3 host end
//         |     |    `---------------------------------- 2 host start (at the '@')
//         |     `--------------------------------------- 1 username end
//         `--------------------------------------------- 0 protocol end
'use strict';

const { badConstructorArgument, defineInspect, defineInterface, defineProperty } =
  require('internal/webidl');
const { URLSearchParams, connect, refresh } = require('web/url_search_params');

// Components that native.urlSet can change; the order is that of the enum in runtime/web/url.cc.
const HREF = 0;
const PROTOCOL = 1;
const USERNAME = 2;
const PASSWORD = 3;
const HOST = 4;
const HOSTNAME = 5;
const PORT = 6;
const PATHNAME = 7;
const SEARCH = 8;
const HASH = 9;

const INVALID = 'Invalid URL string.';

/** https://url.spec.whatwg.org/#url */
class URL {
  #href;
  #protocolEnd;
  #usernameEnd;
  #hostStart;
  #hostEnd;
  #pathStart;
  #searchStart;
  #hashStart;
  #params = null;

  /**
   * @param {string | URL} url
   * @param {string | URL} [base]
   */
  constructor(url, base = undefined) {
    if (arguments.length === 0) throw badConstructorArgument('URL', 1, 'USVString');
    const input = typeof url === 'string' ? url : `${url}`;
    const href = native.urlParse(
      input, base === undefined || typeof base === 'string' ? base : `${base}`);
    if (href === undefined) throw new TypeError(INVALID);
    this.#assign(href);
  }

  #assign(href) {
    this.#href = href;
    const offsets = native.scratch;
    this.#protocolEnd = offsets[0] | 0;
    this.#usernameEnd = offsets[1] | 0;
    this.#hostStart = offsets[2] | 0;
    this.#hostEnd = offsets[3] | 0;
    this.#pathStart = offsets[4] | 0;
    this.#searchStart = offsets[5] | 0;
    this.#hashStart = offsets[6] | 0;
  }

  #set(component, value) {
    const href = native.urlSet(this.#href, component, `${value}`);
    if (href !== undefined) this.#assign(href);
    return href !== undefined;
  }

  /** @returns {URL | null} */
  static parse(url, base = undefined) {
    try {
      return new URL(url, base);
    } catch (error) {
      if (error instanceof TypeError && error.message === INVALID) return null;
      throw error;
    }
  }

  /** @returns {boolean} */
  static canParse(url, base = undefined) {
    if (arguments.length === 0) {
      throw new TypeError(
        "Failed to execute 'canParse' on 'URL': parameter 1 is not of type 'USVString'.");
    }
    return native.urlCanParse(`${url}`, base === undefined ? undefined : `${base}`);
  }

  get origin() {
    const href = this.#href;
    const protocol = href.slice(0, this.#protocolEnd);
    switch (protocol) {
      case 'http:': case 'https:': case 'ws:': case 'wss:': case 'ftp:':
        return `${protocol}//${this.host}`;
      case 'blob:': {
        // The origin of a blob URL is the one inside of it, if that is http or https.
        const inner = URL.parse(this.pathname);
        if (inner === null) return 'null';
        return inner.protocol === 'http:' || inner.protocol === 'https:' ? inner.origin : 'null';
      }
      default:
        return 'null';
    }
  }

  get href() { return this.#href; }
  set href(value) {
    if (!this.#set(HREF, value)) {
      throw new TypeError("Failed to set the 'href' property on 'URL': " +
        "the provided value is not of type 'valid URL string'.");
    }
    if (this.#params !== null) refresh(this.#params, this.search);
  }

  get protocol() { return this.#href.slice(0, this.#protocolEnd); }
  set protocol(value) { this.#set(PROTOCOL, value); }

  get username() {
    const start = this.#protocolEnd + 2;
    return start < this.#usernameEnd ? this.#href.slice(start, this.#usernameEnd) : '';
  }
  set username(value) { this.#set(USERNAME, value); }

  get password() {
    return this.#hostStart - this.#usernameEnd > 0
      ? this.#href.slice(this.#usernameEnd + 1, this.#hostStart) : '';
  }
  set password(value) { this.#set(PASSWORD, value); }

  get host() {
    let start = this.#hostStart;
    if (this.#href.charCodeAt(start) === 0x40) start++;
    // When the path begins with "//" and there is no host, "/." stands between.
    const end = this.#pathStart;
    return this.#href.slice(start, this.#hasPort() ? end : this.#hostEnd);
  }
  set host(value) { this.#set(HOST, value); }

  get hostname() {
    let start = this.#hostStart;
    if (this.#href.charCodeAt(start) === 0x40) start++;
    return this.#href.slice(start, this.#hostEnd);
  }
  set hostname(value) { this.#set(HOSTNAME, value); }

  #hasPort() {
    return this.#hostEnd < this.#pathStart && this.#href.charCodeAt(this.#hostEnd) === 0x3a;
  }

  get port() {
    return this.#hasPort() ? this.#href.slice(this.#hostEnd + 1, this.#pathStart) : '';
  }
  set port(value) { this.#set(PORT, value); }

  get pathname() {
    const href = this.#href;
    let end = this.#searchStart;
    if (end < 0) end = this.#hashStart;
    return end < 0 ? href.slice(this.#pathStart) : href.slice(this.#pathStart, end);
  }
  set pathname(value) { this.#set(PATHNAME, value); }

  get search() {
    const start = this.#searchStart;
    if (start < 0) return '';
    const end = this.#hashStart < 0 ? this.#href.length : this.#hashStart;
    return end - start <= 1 ? '' : this.#href.slice(start, end);
  }
  set search(value) {
    this.#set(SEARCH, value);
    if (this.#params !== null) refresh(this.#params, this.search);
  }

  get hash() {
    const start = this.#hashStart;
    return start < 0 || this.#href.length - start <= 1 ? '' : this.#href.slice(start);
  }
  set hash(value) { this.#set(HASH, value); }

  /** @returns {URLSearchParams} always the same object */
  get searchParams() {
    return (this.#params ??= connect(this.search, (query) => { this.#set(SEARCH, query); }));
  }

  toString() { return this.#href; }
  toJSON() { return this.#href; }
}
defineInterface(URL);
defineInspect(URL, ['origin', 'href', 'protocol', 'username', 'password', 'host', 'hostname', 'port',
  'pathname', 'search', 'hash', 'searchParams']);
defineProperty(URL, 'parse', { enumerable: true });
defineProperty(URL, 'canParse', { enumerable: true });

module.exports = { URL, URLSearchParams };
