// FormData, https://xhr.spec.whatwg.org/#interface-formdata, and multipart/form-data, RFC 7578.
'use strict';

const {
  ENTRIES, INSPECT, KEYS, VALUES, badArgument, badConstructorArgument, defineAlias,
  defineInterface, definePairIterator,
} = require('internal/webidl');
const { concat } = require('internal/bytes');
const { decodeUtf8, encodeUtf8 } = require('web/encoding');
const { File, blobBytes, isBlob, makeBlob } = require('web/blob');
const { parseUrlEncoded: parsePairs } = require('web/url_search_params');

// https://xhr.spec.whatwg.org/#create-an-entry
function makeValue(value, filename) {
  if (!isBlob(value)) return `${value}`.toWellFormed();
  if (filename === undefined && value instanceof File) return value;
  const name = filename === undefined ? 'blob' : filename;
  return new File([value], name, {
    type: value.type,
    lastModified: value instanceof File ? value.lastModified : undefined,
  });
}

let listOf;
let setList;
let isFormData;

/** https://xhr.spec.whatwg.org/#formdata */
class FormData {
  // name, value, name, value, ...
  #list = [];

  static {
    listOf = (form) => form.#list;
    setList = (form, list) => { form.#list = list; };
    isFormData = (value) => value !== null && typeof value === 'object' && #list in value;
  }

  constructor(form = undefined) {
    // There are no <form> elements here.
    if (form !== undefined) throw badConstructorArgument('FormData', 1, 'undefined');
  }

  append(name, value, filename = undefined) {
    checkValue('append', arguments.length, value, filename);
    this.#list.push(`${name}`.toWellFormed(), makeValue(value, filename));
  }

  set(name, value, filename = undefined) {
    checkValue('set', arguments.length, value, filename);
    const wanted = `${name}`.toWellFormed();
    const entry = makeValue(value, filename);
    const list = this.#list;
    const rest = [];
    let found = false;
    for (let i = 0; i < list.length; i += 2) {
      if (list[i] !== wanted) {
        rest.push(list[i], list[i + 1]);
      } else if (!found) {
        found = true;
        rest.push(wanted, entry);
      }
    }
    if (!found) rest.push(wanted, entry);
    this.#list = rest;
  }

  delete(name) {
    if (arguments.length < 1) throw badArgument('delete', 'FormData', 1, 'string');
    const wanted = `${name}`.toWellFormed();
    const rest = [];
    for (let i = 0; i < this.#list.length; i += 2) {
      if (this.#list[i] !== wanted) rest.push(this.#list[i], this.#list[i + 1]);
    }
    this.#list = rest;
  }

  get(name) {
    if (arguments.length < 1) throw badArgument('get', 'FormData', 1, 'string');
    const wanted = `${name}`.toWellFormed();
    for (let i = 0; i < this.#list.length; i += 2) {
      if (this.#list[i] === wanted) return this.#list[i + 1];
    }
    return null;
  }

  getAll(name) {
    if (arguments.length < 1) throw badArgument('getAll', 'FormData', 1, 'string');
    const wanted = `${name}`.toWellFormed();
    const out = [];
    for (let i = 0; i < this.#list.length; i += 2) {
      if (this.#list[i] === wanted) out.push(this.#list[i + 1]);
    }
    return out;
  }

  has(name) {
    if (arguments.length < 1) throw badArgument('has', 'FormData', 1, 'string');
    const wanted = `${name}`.toWellFormed();
    for (let i = 0; i < this.#list.length; i += 2) if (this.#list[i] === wanted) return true;
    return false;
  }

  forEach(callback, thisArg = undefined) {
    if (typeof callback !== 'function') throw badArgument('forEach', 'FormData', 1, 'function');
    for (let i = 0; i < this.#list.length; i += 2) {
      callback.call(thisArg, this.#list[i + 1], this.#list[i], this);
    }
  }

  entries() { return new FormDataIterator(this, ENTRIES); }
  keys() { return new FormDataIterator(this, KEYS); }
  values() { return new FormDataIterator(this, VALUES); }

  [INSPECT](depth, options, inspect) {
    return inspect.pairs('FormData', this.#list, depth, options);
  }
}
defineInterface(FormData);
defineAlias(FormData, Symbol.iterator, 'entries');

function checkValue(method, count, value, filename) {
  if (count < 1) throw badArgument(method, 'FormData', 1, 'string');
  if (count < 2) throw badArgument(method, 'FormData', 2, 'File or Blob or string');
  if (filename !== undefined && !isBlob(value)) {
    throw new TypeError(`Failed to execute '${method}' on 'FormData': ` +
      'a filename was given for a value that is not a Blob.');
  }
}

const FormDataIterator = definePairIterator((object) => listOf(object), 'FormData Iterator');

function fromList(list) {
  const form = new FormData();
  setList(form, list);
  return form;
}

// ---- multipart/form-data --------------------------------------------------------------------

// https://html.spec.whatwg.org/#multipart-form-data
function escapeName(name) {
  return name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}

function normalizeNewlines(text) {
  return text.replace(/\r\n?|\n/g, '\r\n');
}

/**
 * @param {FormData} form
 * @param {string} [boundary] for tests; random otherwise
 * @returns {{bytes: Uint8Array, contentType: string}}
 */
function encodeMultipart(form, boundary = native.randomUUID().replaceAll('-', '')) {
  const list = listOf(form);
  const chunks = [];
  let text = '';
  for (let i = 0; i < list.length; i += 2) {
    const value = list[i + 1];
    const name = escapeName(normalizeNewlines(list[i]));
    text += `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`;
    if (typeof value === 'string') {
      text += `\r\n\r\n${normalizeNewlines(value)}\r\n`;
    } else {
      text += `; filename="${escapeName(value.name)}"\r\n` +
        `Content-Type: ${value.type || 'application/octet-stream'}\r\n\r\n`;
      chunks.push(encodeUtf8(text), blobBytes(value));
      text = '\r\n';
    }
  }
  chunks.push(encodeUtf8(`${text}--${boundary}--\r\n`));
  return { bytes: concat(chunks), contentType: `multipart/form-data; boundary=${boundary}` };
}

function startsWith(bytes, at, text) {
  if (at + text.length > bytes.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

// Skips spaces and tabs and one line break; -1 when there is something else.
function endOfLine(bytes, at) {
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at++;
  if (bytes[at] === 0x0d && bytes[at + 1] === 0x0a) return at + 2;
  return bytes[at] === 0x0a ? at + 1 : -1;
}

// The value of `name` in a header like `form-data; name="a"; filename="b"`.
function parameter(header, name) {
  const pattern = new RegExp(`;\\s*${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s"]+))`, 'i');
  const match = pattern.exec(header);
  if (match === null) return null;
  // Browsers escape as %22; others write a backslash before the quote.
  const value = match[1] === undefined ? match[2] : match[1].replace(/\\(["\\])/g, '$1');
  return value.replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n');
}

/**
 * https://andreubotella.github.io/multipart-form-data/#parse-multipart-form-data
 * @param {Uint8Array} bytes
 * @param {string} boundary
 * @returns {FormData}
 */
function parseMultipart(bytes, boundary) {
  const delimiter = `--${boundary}`;
  const needle = encodeUtf8(delimiter);
  // RFC 2046 allows a preamble before the first boundary line.
  let at = native.indexOfBytes(bytes, needle, 0);
  while (at > 0 && bytes[at - 1] !== 0x0a) at = native.indexOfBytes(bytes, needle, at + 1);
  if (at < 0) throw new TypeError('No initial boundary string (or you have a truncated message).');
  at += needle.length;
  const list = [];
  const truncated = () => new TypeError('No subsequent boundary string after multipart message.');

  while (!startsWith(bytes, at, '--')) {
    at = endOfLine(bytes, at);
    if (at < 0) throw new TypeError('Boundary string is not followed by a line break.');
    let disposition = null;
    let type = '';
    for (;;) {
      const lineEnd = bytes.indexOf(0x0a, at);
      if (lineEnd < 0) throw truncated();
      const hasCr = lineEnd > at && bytes[lineEnd - 1] === 0x0d;
      const line = decodeUtf8(bytes.subarray(at, hasCr ? lineEnd - 1 : lineEnd));
      at = lineEnd + 1;
      if (line === '') break;
      const colon = line.indexOf(':');
      if (colon < 0) throw new TypeError('Malformed header in FormData part.');
      const name = line.slice(0, colon).trim().toLowerCase();
      if (name === 'content-disposition') disposition = line.slice(colon + 1).trim();
      else if (name === 'content-type') type = line.slice(colon + 1).trim();
    }
    if (disposition === null) {
      throw new TypeError('No valid Content-Disposition header found in FormData part.');
    }
    if (!/^form-data\s*(?:;|$)/i.test(disposition)) {
      throw new TypeError('Content-Disposition header for FormData part must have the value ' +
        '"form-data", possibly followed by parameters.');
    }
    const name = parameter(disposition, 'name');
    if (name === null) {
      throw new TypeError('Content-Disposition header in FormData part is missing a name.');
    }

    let end = native.indexOfBytes(bytes, needle, at);
    // A boundary stands at the beginning of a line.
    while (end >= 0 && end > at && bytes[end - 1] !== 0x0a) {
      end = native.indexOfBytes(bytes, needle, end + 1);
    }
    if (end < 0) throw truncated();
    let stop = end;
    if (stop > at) stop--;
    if (stop > at && bytes[stop - 1] === 0x0d) stop--;

    const body = bytes.subarray(at, stop);
    const filename = parameter(disposition, 'filename');
    if (filename === null) {
      list.push(name, decodeUtf8(body));
    } else {
      list.push(name, new File([makeBlob(body.slice(), '')], filename, { type }));
    }
    at = end + needle.length;
  }
  return fromList(list);
}

/** @returns {FormData} of an application/x-www-form-urlencoded body */
function parseUrlEncoded(text) {
  return fromList(parsePairs(text));
}

module.exports = {
  FormData, encodeMultipart, isFormData, parseMultipart, parseUrlEncoded,
};
