// URLSearchParams and application/x-www-form-urlencoded,
// https://url.spec.whatwg.org/#interface-urlsearchparams
'use strict';

const {
  ENTRIES, INSPECT, KEYS, VALUES, badArgument, defineAlias, defineInterface, definePairIterator,
} = require('internal/webidl');

// 1 for the bytes that the serializer leaves alone: letters, digits, * - . _
const PLAIN = new Uint8Array(128);
const PLAIN_TEXT = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-._';
for (let i = 0; i < PLAIN_TEXT.length; i++) PLAIN[PLAIN_TEXT.charCodeAt(i)] = 1;

const HEX = '0123456789ABCDEF';

function isPlain(text) {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 128 || PLAIN[code] === 0) return false;
  }
  return true;
}

// https://url.spec.whatwg.org/#concept-urlencoded-byte-serializer
function encode(text) {
  if (isPlain(text)) return text;
  let out = '';
  for (const char of text) {
    const code = char.codePointAt(0);
    if (code < 128) {
      if (PLAIN[code] === 1) out += char;
      else if (code === 0x20) out += '+';
      else out += `%${HEX[code >> 4]}${HEX[code & 15]}`;
    } else {
      // A lone surrogate becomes U+FFFD as in any USVString.
      out += code >= 0xd800 && code <= 0xdfff ? '%EF%BF%BD' : encodeURIComponent(char);
    }
  }
  return out;
}

// https://url.spec.whatwg.org/#percent-decode, then UTF-8 without BOM handling. `text` has no '+'.
function decode(text) {
  if (text.indexOf('%') < 0) return text;
  return native.percentDecode(text);
}

// Appends name, value, name, value, ... to `list`.
function parseInto(list, query) {
  if (query === '') return list;
  if (query.indexOf('+') >= 0) query = query.replaceAll('+', ' ');
  let start = 0;
  const { length } = query;
  while (start <= length) {
    let end = query.indexOf('&', start);
    if (end < 0) end = length;
    if (end > start) {
      const equals = query.indexOf('=', start);
      if (equals >= 0 && equals < end) {
        list.push(decode(query.slice(start, equals)), decode(query.slice(equals + 1, end)));
      } else {
        list.push(decode(query.slice(start, end)), '');
      }
    }
    start = end + 1;
  }
  return list;
}

function serialize(list) {
  let out = '';
  for (let i = 0; i < list.length; i += 2) {
    if (i > 0) out += '&';
    out += `${encode(list[i])}=${encode(list[i + 1])}`;
  }
  return out;
}

// A string without lone surrogates.
function usv(value) {
  return `${value}`.toWellFormed();
}

let listOf;
let setConnection;

/** https://url.spec.whatwg.org/#urlsearchparams */
class URLSearchParams {
  // name, value, name, value, ...
  #list = [];
  // Of a URL: told about every change.
  #onChange = null;

  static {
    listOf = (params) => params.#list;
    setConnection = (params, list, onChange) => {
      params.#list = list;
      if (onChange !== undefined) params.#onChange = onChange;
    };
  }

  /** @param {string | Iterable<[string, string]> | Record<string, string>} [init] */
  constructor(init = '') {
    if (typeof init === 'string') {
      if (init !== '') parseInto(this.#list, usv(init.charCodeAt(0) === 0x3f ? init.slice(1) : init));
    } else if (init !== null && (typeof init === 'object' || typeof init === 'function')) {
      const iterate = init[Symbol.iterator];
      if (init instanceof URLSearchParams && iterate === URLSearchParams.prototype.entries) {
        this.#list = init.#list.slice();
      } else if (iterate !== undefined && iterate !== null) {
        for (const pair of init) {
          if (pair === null || (typeof pair !== 'object' && typeof pair !== 'function')) {
            throw new TypeError('Invalid URL search params sequence.');
          }
          const both = [...pair];
          if (both.length !== 2) throw new TypeError('Invalid URL search params sequence.');
          this.#list.push(usv(both[0]), usv(both[1]));
        }
      } else {
        const seen = new Map();
        for (const key of Reflect.ownKeys(init)) {
          const descriptor = Reflect.getOwnPropertyDescriptor(init, key);
          if (!descriptor?.enumerable) continue;
          // Two keys can become the same name, when they differ in lone surrogates; the last wins.
          const name = usv(key);
          const value = usv(init[key]);
          const index = seen.get(name);
          if (index === undefined) {
            seen.set(name, this.#list.push(name, value) - 1);
          } else {
            this.#list[index] = value;
          }
        }
      }
    } else {
      parseInto(this.#list, usv(init));
    }
  }

  #changed() {
    if (this.#onChange !== null) this.#onChange(serialize(this.#list));
  }

  get size() { return this.#list.length / 2; }

  append(name, value) {
    if (arguments.length < 2) throw missing('append', arguments.length);
    this.#list.push(usv(name), usv(value));
    this.#changed();
  }

  delete(name, value = undefined) {
    if (arguments.length < 1) throw missing('delete', 0);
    const wanted = usv(name);
    const exact = value === undefined ? undefined : usv(value);
    const list = this.#list;
    let kept = 0;
    for (let i = 0; i < list.length; i += 2) {
      if (list[i] === wanted && (exact === undefined || list[i + 1] === exact)) continue;
      list[kept] = list[i];
      list[kept + 1] = list[i + 1];
      kept += 2;
    }
    list.length = kept;
    this.#changed();
  }

  get(name) {
    if (arguments.length < 1) throw missing('get', 0);
    const wanted = usv(name);
    const list = this.#list;
    for (let i = 0; i < list.length; i += 2) if (list[i] === wanted) return list[i + 1];
    return null;
  }

  getAll(name) {
    if (arguments.length < 1) throw missing('getAll', 0);
    const wanted = usv(name);
    const list = this.#list;
    const out = [];
    for (let i = 0; i < list.length; i += 2) if (list[i] === wanted) out.push(list[i + 1]);
    return out;
  }

  has(name, value = undefined) {
    if (arguments.length < 1) throw missing('has', 0);
    const wanted = usv(name);
    const exact = value === undefined ? undefined : usv(value);
    const list = this.#list;
    for (let i = 0; i < list.length; i += 2) {
      if (list[i] === wanted && (exact === undefined || list[i + 1] === exact)) return true;
    }
    return false;
  }

  set(name, value) {
    if (arguments.length < 2) throw missing('set', arguments.length);
    const wanted = usv(name);
    const text = usv(value);
    const list = this.#list;
    let found = false;
    let kept = 0;
    for (let i = 0; i < list.length; i += 2) {
      if (list[i] === wanted) {
        if (found) continue;
        found = true;
        list[i + 1] = text;
      }
      list[kept] = list[i];
      list[kept + 1] = list[i + 1];
      kept += 2;
    }
    list.length = kept;
    if (!found) list.push(wanted, text);
    this.#changed();
  }

  // Stable, by UTF-16 code units, which is what < does.
  sort() {
    const list = this.#list;
    const pairs = [];
    for (let i = 0; i < list.length; i += 2) pairs.push([list[i], list[i + 1]]);
    pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    this.#list = pairs.flat();
    this.#changed();
  }

  forEach(callback, thisArg = undefined) {
    if (typeof callback !== 'function') {
      throw badArgument('forEach', 'URLSearchParams', 1, 'function');
    }
    for (let i = 0; i < this.#list.length; i += 2) {
      callback.call(thisArg, this.#list[i + 1], this.#list[i], this);
    }
  }

  entries() { return new ParamsIterator(this, ENTRIES); }
  keys() { return new ParamsIterator(this, KEYS); }
  values() { return new ParamsIterator(this, VALUES); }

  toString() { return serialize(this.#list); }

  [INSPECT](depth, options, inspect) {
    return inspect.pairs('URLSearchParams', this.#list, depth, options);
  }
}
defineInterface(URLSearchParams);
defineAlias(URLSearchParams, Symbol.iterator, 'entries');

function missing(method, given) {
  return badArgument(method, 'URLSearchParams', given + 1, 'USVString');
}

const ParamsIterator = definePairIterator((object) => listOf(object), 'URLSearchParams Iterator');

// The object behind url.searchParams; `onChange(query)` is called after each change.
function connect(search, onChange) {
  const params = new URLSearchParams();
  setConnection(params, parseInto([], search.slice(1)), onChange);
  return params;
}

// The URL has got another query.
function refresh(params, search) {
  setConnection(params, parseInto([], search.slice(1)), undefined);
}

module.exports = {
  URLSearchParams, connect, refresh,
  // For form_data.js: [name, value, ...] of a form body.
  parseUrlEncoded: (text) => parseInto([], text),
  encodeUrlEncoded: serialize,
};
