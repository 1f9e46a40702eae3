// Headers over a packed head (see runtime/base/packed_head.h): "\nname\0value\nname\0value", names in
// lower case. The packed form is kept until somebody changes something; reading one header is a search
// in it, so a request that is only looked at and forwarded is never taken apart.
//
// https://fetch.spec.whatwg.org/#headers-class
'use strict';

const { INSPECT, defineInterface } = require('internal/webidl');

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const BAD_VALUE = /[\0\r\n]|[^\0-\xff]/;
const EDGE_SPACE = /^[\t\n\r ]+|[\t\n\r ]+$/g;
const SET_COOKIE = 'set-cookie';

function headerName(name) {
  name = `${name}`;
  if (!NAME.test(name)) throw new TypeError('Invalid header name.');
  return name.toLowerCase();
}

function headerValue(value) {
  value = `${value}`;
  const first = value.charCodeAt(0);
  const last = value.charCodeAt(value.length - 1);
  if (first <= 32 || last <= 32) value = value.replace(EDGE_SPACE, '');
  if (BAD_VALUE.test(value)) throw new TypeError('Invalid header value.');
  return value;
}

let pack;
let fromPacked;
let setImmutable;
let setInternal;

class Headers {
  // Either the packed form, or a Map of name to an array of values.
  #packed = '';
  #map = undefined;
  #immutable = false;

  constructor(init = undefined) {
    if (init === undefined) return;
    if (init === null || (typeof init !== 'object' && typeof init !== 'function')) {
      throw new TypeError(
        "Failed to construct 'Headers': constructor parameter 1 is not of type 'Headers or an " +
          "iterable of pairs or an object of strings'.",
      );
    }
    if (#packed in init) {
      if (init.#map === undefined) {
        this.#packed = init.#packed;
      } else {
        this.#map = new Map();
        for (const [name, values] of init.#map) this.#map.set(name, values.slice());
      }
      return;
    }
    if (typeof init[Symbol.iterator] === 'function') {
      for (const pair of init) {
        const entry = Array.isArray(pair) ? pair : Array.from(pair);
        if (entry.length !== 2) {
          throw new TypeError('Each pair of a header list must have exactly two elements.');
        }
        this.#add(headerName(entry[0]), headerValue(entry[1]));
      }
      return;
    }
    for (const key of Reflect.ownKeys(init)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(init, key);
      if (descriptor === undefined || !descriptor.enumerable) continue;
      this.#add(headerName(key), headerValue(init[key]));
    }
  }

  // Appends; keeps the packed form when there is one, since most heads are only built, not read.
  #add(name, value) {
    if (this.#map === undefined) {
      this.#packed += `\n${name}\0${value}`;
      return;
    }
    const values = this.#map.get(name);
    if (values === undefined) this.#map.set(name, [value]);
    else values.push(value);
  }

  #unpacked() {
    let map = this.#map;
    if (map !== undefined) return map;
    map = this.#map = new Map();
    if (this.#packed === '') return map;
    const lines = this.#packed.split('\n');
    for (let i = 1; i < lines.length; i++) {
      const line = lines[i];
      const mark = line.indexOf('\0');
      const name = line.slice(0, mark);
      const values = map.get(name);
      if (values === undefined) map.set(name, [line.slice(mark + 1)]);
      else values.push(line.slice(mark + 1));
    }
    this.#packed = '';
    return map;
  }

  #find(name) {
    if (this.#map !== undefined) {
      const values = this.#map.get(name);
      return values === undefined ? null : values.length === 1 ? values[0] : values.join(', ');
    }
    const packed = this.#packed;
    const key = `\n${name}\0`;
    let at = packed.indexOf(key);
    if (at < 0) return null;
    let result;
    do {
      const start = at + key.length;
      let end = packed.indexOf('\n', start);
      if (end < 0) end = packed.length;
      const value = packed.slice(start, end);
      result = result === undefined ? value : `${result}, ${value}`;
      at = packed.indexOf(key, end);
    } while (at >= 0);
    return result;
  }

  #change() {
    if (this.#immutable) throw new TypeError("Can't modify immutable headers.");
  }

  get(name) {
    name = `${name}`.toLowerCase();
    const value = this.#find(name);
    if (value === null) headerName(name);
    return value;
  }

  has(name) {
    return this.#find(headerName(name)) !== null;
  }

  set(name, value) {
    if (arguments.length < 2) {
      throw new TypeError(
        "Failed to execute 'set' on 'Headers': 2 arguments required, but only " +
          `${arguments.length} present.`,
      );
    }
    this.#change();
    name = headerName(name);
    value = headerValue(value);
    if (this.#map === undefined && this.#find(name) === null) this.#add(name, value);
    else this.#unpacked().set(name, [value]);
  }

  append(name, value) {
    if (arguments.length < 2) {
      throw new TypeError(
        "Failed to execute 'append' on 'Headers': 2 arguments required, but only " +
          `${arguments.length} present.`,
      );
    }
    this.#change();
    this.#add(headerName(name), headerValue(value));
  }

  delete(name) {
    this.#change();
    name = headerName(name);
    if (this.#map === undefined && this.#find(name) === null) return;
    this.#unpacked().delete(name);
  }

  getSetCookie() {
    const values = this.#unpacked().get(SET_COOKIE);
    return values === undefined ? [] : values.slice();
  }

  // Cloudflare's older name for getSetCookie.
  getAll(name) {
    if (`${name}`.toLowerCase() !== SET_COOKIE) {
      throw new TypeError('getAll() can only be used with the header name "Set-Cookie".');
    }
    return this.getSetCookie();
  }

  forEach(callback, thisArg = undefined) {
    if (typeof callback !== 'function') {
      throw new TypeError("Failed to execute 'forEach' on 'Headers': parameter 1 is not a function.");
    }
    for (const [name, value] of this) callback.call(thisArg, value, name, this);
  }

  #sorted() {
    const entries = [];
    for (const [name, values] of this.#unpacked()) {
      if (name === SET_COOKIE) for (const value of values) entries.push([name, value]);
      else entries.push([name, values.join(', ')]);
    }
    return entries.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  }

  *entries() {
    yield* this.#sorted();
  }

  *keys() {
    for (const entry of this.#sorted()) yield entry[0];
  }

  *values() {
    for (const entry of this.#sorted()) yield entry[1];
  }

  [INSPECT](depth, options, inspect) {
    if (!(#packed in this)) return 'Object [Headers] {}';
    const list = [];
    for (const entry of this.#sorted()) list.push(entry[0], entry[1]);
    const name = this.constructor?.name ?? 'Headers';
    return inspect.pairs(name, list, depth, options, { immutable: this.#immutable }, this);
  }

  static {
    // The headers as one packed string, each beginning with "\n".
    pack = (headers) => {
      const map = headers.#map;
      if (map === undefined) return headers.#packed;
      let packed = '';
      for (const [name, values] of map) {
        for (const value of values) packed += `\n${name}\0${value}`;
      }
      return packed;
    };
    fromPacked = (packed, immutable) => {
      const headers = new Headers();
      headers.#packed = packed;
      headers.#immutable = immutable;
      return headers;
    };
    setImmutable = (headers) => {
      headers.#immutable = true;
    };
    // Sets a header whatever the guard says: framing headers that follow from a body.
    setInternal = (headers, name, value) => {
      headers.#unpacked().set(name, [value]);
    };
  }
}
Object.defineProperty(Headers.prototype, Symbol.iterator, {
  value: Headers.prototype.entries,
  writable: true,
  configurable: true,
});

defineInterface(Headers);

module.exports = { Headers, pack, fromPacked, setImmutable, setInternal, headerName, headerValue };
