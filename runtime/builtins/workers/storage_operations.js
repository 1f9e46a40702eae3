// What DurableObjectStorage and DurableObjectTransaction have in common: arguments, limits, and the keys
// and values behind them. A value is kept as the bytes of a structured clone, as in workerd.
'use strict';

const { checkOwner } = require('internal/context');
const { badArgument } = require('internal/webidl');
const { rethrow } = require('web/structured_clone');

// Limits of the edge. Bytes.
const LONGEST_KEY = 2048;
const LARGEST_VALUE = 128 * 1024;
const LARGEST_SQLITE_VALUE = 2 * 1024 * 1024;
// What a clone adds to a string or a buffer does not count.
const CLONE_OVERHEAD = 34;
const MOST_KEYS = 128;

const { isArray } = Array;
const { isNaN } = Number;
const { trunc } = Math;
const { keys: keysOf } = Object;
const dateTime = Date.prototype.getTime;
const { now } = Date;

function keyOf(value) {
  const key = `${value}`;
  // No character takes more than three bytes.
  if (key.length * 3 > LONGEST_KEY) {
    const size = native.encodeUtf8(key).byteLength;
    if (size > LONGEST_KEY) {
      throw new RangeError(`Keys cannot be larger than ${LONGEST_KEY} bytes. A key of size ${size} was provided.`);
    }
  }
  return key;
}

// The order of their UTF-8: that of UTF-16, but with surrogates behind all else.
function compareKeys(a, b) {
  const rank = (unit) => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);
  const length = a.length < b.length ? a.length : b.length;
  for (let i = 0; i < length; i++) {
    const one = a.charCodeAt(i);
    const other = b.charCodeAt(i);
    if (one !== other) return rank(one) - rank(other);
  }
  return a.length - b.length;
}

function tooLarge(size, largest) {
  return new RangeError(`Values cannot be larger than ${largest} bytes. A value of size ${size} was provided.`);
}

function checkCount(count, what) {
  if (count > MOST_KEYS) {
    throw new RangeError(`Maximum number of ${what} is ${MOST_KEYS}. ${count} ${what === 'keys' ? what : 'pairs'} were provided.`);
  }
}

const isUnconfirmed = (options) => options !== null && options !== undefined && options.allowUnconfirmed === true;

// The arguments of native.storageList() after the context.
function listArguments(options, method, type) {
  if (options === undefined || options === null) return [undefined, undefined, undefined, undefined, false, -1];
  if (typeof options !== 'object' && typeof options !== 'function') throw badArgument(method, type, 1, 'ListOptions');
  const text = (value) => (value === undefined ? undefined : `${value}`);
  const start = text(options.start);
  const startAfter = text(options.startAfter);
  const end = text(options.end);
  const prefix = text(options.prefix);
  const reverse = !!options.reverse;
  let limit = -1;
  if (options.limit !== undefined) {
    limit = trunc(+options.limit);
    if (isNaN(limit) || limit <= 0) throw new TypeError('List limit must be positive.');
    if (limit > 0x7fffffff) limit = -1;
  }
  if (start !== undefined && startAfter !== undefined) {
    throw new TypeError('list() cannot be called with both start and startAfter values.');
  }
  return [start, startAfter, end, prefix, reverse, limit];
}

// The operations of one object's storage. Each is done at once: what is asynchronous about the methods that
// call them is that their answers come as promises.
class Operations {
  constructor(actor) {
    this.actor = actor;
    this.io = actor.io;
    this.sqlite = native.storageHasSql(actor.io.id);
    this.largest = this.sqlite ? LARGEST_SQLITE_VALUE : LARGEST_VALUE;
  }

  check() {
    checkOwner(this.io, 'DurableObjectStorage');
  }

  getOne(key) {
    return native.storageGet(this.io.id, keyOf(key));
  }

  get(keys) {
    if (!isArray(keys)) return this.getOne(keys);
    const { length } = keys;
    checkCount(length, 'keys');
    const found = [];
    for (let i = 0; i < length; i++) {
      const key = keyOf(keys[i]);
      const value = native.storageGet(this.io.id, key);
      if (value !== undefined) found[found.length] = { key, value };
    }
    // In the order of the keys, as from a list.
    found.sort((a, b) => compareKeys(a.key, b.key));
    const map = new Map();
    for (let i = 0; i < found.length; i++) map.set(found[i].key, found[i].value);
    return map;
  }

  putOne(key, value, unconfirmed) {
    const name = keyOf(key);
    let size;
    try {
      size = native.storagePut(this.io.id, name, value, this.largest + CLONE_OVERHEAD, unconfirmed);
    } catch (error) {
      rethrow(error);
    }
    if (size !== undefined) throw tooLarge(size, this.largest);
  }

  put(keyOrEntries, value, options) {
    if (typeof keyOrEntries !== 'object' || keyOrEntries === null) {
      if (value === undefined) throw new TypeError('put() called with undefined value.');
      this.putOne(keyOrEntries, value, isUnconfirmed(options));
      return;
    }
    if (value !== undefined && value !== null && typeof value !== 'object' && typeof value !== 'function') {
      throw new TypeError(
        'put() may only be called with a single key-value pair and optional options as put(key, value, options) or ' +
          'with multiple key-value pairs and optional options as put(entries, options)',
      );
    }
    const names = keysOf(keyOrEntries);
    checkCount(names.length, 'key value pairs');
    const entries = [];
    for (let i = 0; i < names.length; i++) {
      const one = keyOrEntries[names[i]];
      if (one === undefined) continue;
      entries[entries.length] = keyOf(names[i]);
      entries[entries.length] = one;
    }
    let size;
    try {
      size = native.storagePutAll(this.io.id, entries, this.largest + CLONE_OVERHEAD, isUnconfirmed(value));
    } catch (error) {
      rethrow(error);
    }
    if (size !== undefined) throw tooLarge(size, this.largest);
  }

  delete(keys, options) {
    const unconfirmed = isUnconfirmed(options);
    if (!isArray(keys)) return native.storageDelete(this.io.id, keyOf(keys), unconfirmed);
    const { length } = keys;
    checkCount(length, 'keys');
    const names = [];
    for (let i = 0; i < length; i++) names[i] = keyOf(keys[i]);
    let count = 0;
    for (let i = 0; i < length; i++) {
      if (native.storageDelete(this.io.id, names[i], unconfirmed)) count++;
    }
    return count;
  }

  list(args) {
    const entries = native.storageList(this.io.id, args[0], args[1], args[2], args[3], args[4], args[5]);
    const map = new Map();
    for (let i = 0; i < entries.length; i += 2) map.set(entries[i], entries[i + 1]);
    return map;
  }

  getAlarm() {
    return native.storageGetAlarm(this.io.id);
  }

  setAlarm(time, options, type) {
    let ms;
    if (typeof time === 'number') {
      ms = time;
    } else {
      try {
        ms = dateTime.call(time);
      } catch {
        throw badArgument('setAlarm', type, 1, 'date');
      }
    }
    if (isNaN(ms)) throw new TypeError('The value cannot be converted because it is not a valid Date.');
    if (ms <= 0) throw new TypeError('setAlarm() cannot be called with an alarm time <= 0');
    const { instance } = this.actor;
    if (instance !== undefined && typeof instance.alarm !== 'function') {
      throw new TypeError('Your Durable Object class must have an alarm() handler in order to call setAlarm()');
    }
    // One that is past is due now.
    const earliest = now();
    ms = trunc(ms);
    native.storageSetAlarm(this.io.id, ms > earliest ? ms : earliest, isUnconfirmed(options));
  }

  deleteAlarm(options) {
    native.storageSetAlarm(this.io.id, null, isUnconfirmed(options));
  }
}

module.exports = { Operations, keyOf, listArguments };
