// The dictionaries that crypto.subtle takes, and its other arguments: read once, as workerd converts
// them.
'use strict';

const { badArgument } = require('internal/webidl');
const { toBytes } = require('internal/bytes');
const { hasOwn } = require('internal/primordials');
const { materialOf } = require('web/crypto/key');

const { isArray } = Array;

function wrongMember(type, member, expected) {
  return new TypeError(
    `Incorrect type for the '${member}' field on '${type}': the provided value is not of type '${expected}'.`);
}

function toInt(value) {
  const number = +value;
  if (number !== number || number === Infinity || number === -Infinity) return 0;
  if (number >= 2147483648 || number <= -2147483649) {
    throw new TypeError('Value out of range. Must be between -2147483648 and 2147483647 (inclusive).');
  }
  return number | 0;
}

function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

// What members are read as: (value, type, member) => value.
function text(value) { return `${value}`; }
function integer(value) { return toInt(value); }
function flag(value) { return !!value; }

function bytes(value, type, member) {
  const view = toBytes(value);
  if (view === undefined) throw wrongMember(type, member, 'BufferSource');
  return view;
}

function key(value, type, member) {
  const material = materialOf(value);
  if (material === undefined) throw wrongMember(type, member, 'CryptoKey');
  return material;
}

// The name of a digest, as it was given.
function hash(value, type, member) {
  if (value === null) throw wrongMember(type, member, 'string or HashAlgorithm');
  return `${isObject(value) ? value.name : value}`;
}

function list(value, type, member) {
  if (!isArray(value)) throw wrongMember(type, member, 'Array');
  return value;
}

function texts(value, type, member) {
  return list(value, type, member).map(text);
}

const DICTIONARIES = {
  HashAlgorithm: {},
  EncryptAlgorithm: { iv: bytes, additionalData: bytes, tagLength: integer, counter: bytes, length: integer, label: bytes },
  SignAlgorithm: { hash, saltLength: integer },
  GenerateKeyAlgorithm: { hash, modulusLength: integer, publicExponent: bytes, length: integer, namedCurve: text },
  ImportKeyAlgorithm: { hash, length: integer, namedCurve: text },
  DeriveKeyAlgorithm: { salt: bytes, iterations: integer, hash, public: key, info: bytes },
  JsonWebKey: {
    use: text, key_ops: texts, alg: text, ext: flag, crv: text, x: text, y: text, d: text, n: text,
    e: text, p: text, q: text, dp: text, dq: text, qi: text, oth: list, k: text,
  },
};

// `head`: the member that every such dictionary has.
function readDictionary(value, type, head) {
  const result = { __proto__: null, [head]: `${value[head]}` };
  const members = DICTIONARIES[type];
  for (const member in members) {
    if (!hasOwn(members, member)) continue;
    const found = value[member];
    if (found !== undefined) result[member] = members[member](found, type, member);
  }
  return result;
}

/** @returns {{name: string}} with what is there of the members of `type` */
function readAlgorithm(value, type) {
  return isObject(value) ? readDictionary(value, type, 'name') : { __proto__: null, name: `${value}` };
}

function readJsonWebKey(value) {
  return readDictionary(value, 'JsonWebKey', 'kty');
}

/** The arguments of one call of a method of crypto.subtle. */
class CallArguments {
  #method;
  #values;

  constructor(method, values) {
    this.#method = method;
    this.#values = values;
  }

  #bad(index, expected) {
    return badArgument(this.#method, 'SubtleCrypto', index + 1, expected);
  }

  algorithm(index, type) {
    const value = this.#values[index];
    if (value === undefined || value === null) throw this.#bad(index, `string or ${type}`);
    return readAlgorithm(value, type);
  }

  key(index) {
    const material = materialOf(this.#values[index]);
    if (material === undefined) throw this.#bad(index, 'CryptoKey');
    return material;
  }

  bytes(index) {
    const view = toBytes(this.#values[index]);
    if (view === undefined) throw this.#bad(index, 'BufferSource');
    return view;
  }

  /** @returns {Uint8Array | {kty: string}} */
  keyData(index) {
    const value = this.#values[index];
    const view = toBytes(value);
    if (view !== undefined) return view;
    if (!isObject(value)) throw this.#bad(index, 'BufferSource or JsonWebKey');
    return readJsonWebKey(value);
  }

  text(index) {
    if (index >= this.#values.length) throw this.#bad(index, 'string');
    return `${this.#values[index]}`;
  }

  flag(index) {
    if (index >= this.#values.length) throw this.#bad(index, 'boolean');
    return !!this.#values[index];
  }

  texts(index) {
    const value = this.#values[index];
    if (!isArray(value)) throw this.#bad(index, 'Array');
    return value.map(text);
  }

  /** @returns {number | undefined} */
  length(index) {
    const value = this.#values[index];
    return value === undefined || value === null ? undefined : toInt(value);
  }
}

module.exports = { CallArguments, isObject, readAlgorithm, readJsonWebKey };
