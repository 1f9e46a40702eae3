// Durable Objects as their callers see them: namespaces, ids, stubs.
//
// https://developers.cloudflare.com/durable-objects/api/namespace/; spec/wrangler.md section 6.3
'use strict';

const { requireContext, state } = require('internal/context');
const { SET_TOSTRING_TAG } = require('internal/flags');
const { defineInterface } = require('internal/webidl');
const { Fetcher, adoptRoot } = require('workers/fetcher');

// What native.actorIdCheck answers; the same numbers are in actor_natives.cc.
const MALFORMED = 1;
const FOREIGN = 2;

// Names that are made up for each request must not fill the memory.
const MOST_KNOWN = 1000;

let makeId;
let isId;
let addressOf;

class DurableObjectId {
  #hex;
  #name;
  jurisdiction = undefined;
  name;

  constructor(key) {
    if (key !== makeId) throw new TypeError('Illegal constructor');
  }

  toString() {
    return this.#hex;
  }

  equals(other) {
    if (!isId(other)) {
      throw new TypeError(
        "Failed to execute 'equals' on 'DurableObjectId': parameter 1 is not of type 'DurableObjectId'.",
      );
    }
    return this.#hex === other.#hex;
  }

  static {
    makeId = (hex, name) => {
      const id = new DurableObjectId(makeId);
      id.#hex = hex;
      id.#name = id.name = name;
      return id;
    };
    isId = (value) => typeof value === 'object' && value !== null && #hex in value;
    // How a call names the object: its id, and the name it was derived from if there is one.
    addressOf = (id) => (id.#name === undefined ? id.#hex : `${id.#hex}\n${id.#name}`);
  }
}

function idFromAddress(address) {
  const end = address.indexOf('\n');
  return end < 0 ? makeId(address, undefined) : makeId(address.slice(0, end), address.slice(end + 1));
}

// What is known of the methods of each namespace: stubs are made anew for every call.
const methods = [];
const methodsOf = (channel) => (methods[channel] ??= new Map());

// What get() gives: a Fetcher whose calls go to one object.
class DurableObject extends Fetcher {
  name;
  id;

  constructor(key, id) {
    if (key !== makeId) throw new TypeError('Illegal constructor');
    super();
    this.name = id.name;
    this.id = id;
  }
}

function makeObjectStub(channel, id) {
  const stub = new DurableObject(makeId, id);
  adoptRoot(stub, channel, addressOf(id), methodsOf(channel));
  return stub;
}

const required = (method, type) =>
  new TypeError(`Failed to execute '${method}' on 'DurableObjectNamespace': parameter 1 is not of type '${type}'.`);

class DurableObjectNamespace {
  #channel;
  // OPTIMIZATION: the digits of names that were asked for, which cost two digests.
  #digits = new Map();

  constructor(channel, key) {
    if (key !== makeId) throw new TypeError('Illegal constructor');
    this.#channel = channel;
  }

  newUniqueId(options = undefined) {
    checkJurisdiction(options?.jurisdiction);
    requireContext();
    return makeId(native.actorIdUnique(this.#channel), undefined);
  }

  idFromName(name) {
    if (arguments.length === 0) throw required('idFromName', 'string');
    const text = `${name}`;
    let digits = this.#digits.get(text);
    if (digits === undefined) {
      digits = native.actorIdFromName(this.#channel, text);
      if (this.#digits.size < MOST_KNOWN) this.#digits.set(text, digits);
    }
    return makeId(digits, text);
  }

  idFromString(text) {
    if (arguments.length === 0) throw required('idFromString', 'string');
    const hex = `${text}`;
    switch (native.actorIdCheck(this.#channel, hex)) {
      case MALFORMED:
        throw new TypeError('Invalid Durable Object ID: must be 64 hex digits');
      case FOREIGN:
        throw new TypeError('Durable Object ID is not valid for this namespace.');
    }
    return makeId(hex.toLowerCase(), undefined);
  }

  get(id, options = undefined) {
    if (!isId(id)) throw required('get', 'DurableObjectId');
    return makeObjectStub(this.#channel, id);
  }

  getByName(name, options = undefined) {
    if (arguments.length === 0) throw required('getByName', 'string');
    return makeObjectStub(this.#channel, this.idFromName(name));
  }

  // Everything is in one place here, so every jurisdiction is the same namespace.
  jurisdiction(name) {
    checkJurisdiction(name);
    return this;
  }
}

function checkJurisdiction(name) {
  if (name === undefined || name === null || name === 'eu' || name === 'fedramp') return;
  throw new Error(`jurisdiction "${name}" is not known: there are "eu" and "fedramp"`);
}

const makeNamespace = (channel) => new DurableObjectNamespace(channel, makeId);

// The stub of a call that came with a message.
const reviveObjectStub = (channel, address) => makeObjectStub(channel, idFromAddress(address));

defineInterface(DurableObjectId);
defineInterface(DurableObjectNamespace);
if (state.flags & SET_TOSTRING_TAG) {
  Object.defineProperty(DurableObject.prototype, Symbol.toStringTag, { value: 'DurableObject', configurable: true });
}

module.exports = { DurableObject, DurableObjectId, DurableObjectNamespace, idFromAddress, makeNamespace, reviveObjectStub };
