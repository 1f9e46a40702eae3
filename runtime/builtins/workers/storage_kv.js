// ctx.storage.kv: the keys and values of an object whose class has SQL, without promises.
//
// https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/#synchronous-kv-api
'use strict';

const { badArgument, defineInterface, defineIterator } = require('internal/webidl');
const { keyOf, listArguments } = require('workers/storage_operations');

// How many entries are read at a time: nothing stays open while the loop's body runs.
const CHUNK = 100;

const TYPE = 'SyncKvStorage';
const NO_SQL =
  'The storage.kv (synchronous KV) API is only available for SQLite-backed Durable Objects, but this ' +
  "object's namespace is not declared to use SQLite. You can use the older, asyncronous interface via methods " +
  'of `storage` itself (e.g. `storage.get()`). Alternatively, to enable SQLite, change `new_classes` to ' +
  "`new_sqlite_classes` within the 'migrations' field in your wrangler.jsonc or wrangler.toml file. If using " +
  'workerd directly, set `enableSql = true` in your workerd config for the class. Note that this change cannot ' +
  'be made after the class is already deployed to production.';

let makeKv;

// Goes on behind the last key it has given, so entries may be changed meanwhile.
const ListIterator = defineIterator(class ListIterator {
  #operations;
  #arguments;
  #entries = [];
  #index = 0;
  #last = false;
  #left;

  constructor(operations, args) {
    this.#operations = operations;
    this.#arguments = args;
    this.#left = args[5];
  }

  #fill() {
    const args = this.#arguments;
    const { io } = this.#operations;
    const count = this.#left < 0 || this.#left > CHUNK ? CHUNK : this.#left;
    const entries = native.storageList(io.id, args[0], args[1], args[2], args[3], args[4], count);
    this.#entries = entries;
    this.#index = 0;
    const { length } = entries;
    this.#last = length < 2 * count;
    if (length === 0) return;
    if (this.#left > 0) this.#left -= length / 2;
    if (this.#left === 0) this.#last = true;
    const key = entries[length - 2];
    if (args[4]) {
      args[2] = key;
    } else {
      args[0] = undefined;
      args[1] = key;
    }
  }

  next() {
    this.#operations.check();
    if (this.#index >= this.#entries.length && !this.#last) this.#fill();
    if (this.#index >= this.#entries.length) return { done: true, value: undefined };
    const key = this.#entries[this.#index];
    const value = this.#entries[this.#index + 1];
    this.#index += 2;
    return { done: false, value: [key, value] };
  }
}, 'ListIterator');

class SyncKvStorage {
  #operations;

  constructor(key, operations) {
    if (key !== makeKv) throw new TypeError('Illegal constructor');
    this.#operations = operations;
  }

  static {
    makeKv = (operations) => new SyncKvStorage(makeKv, operations);
  }

  #check() {
    const operations = this.#operations;
    operations.check();
    if (!operations.sqlite) throw new Error(NO_SQL);
    return operations;
  }

  get(key) {
    if (arguments.length === 0) throw badArgument('get', TYPE, 1, 'string');
    return this.#check().getOne(key);
  }

  put(key, value) {
    if (arguments.length === 0) throw badArgument('put', TYPE, 1, 'string');
    this.#check().putOne(key, value, false);
  }

  delete(key) {
    if (arguments.length === 0) throw badArgument('delete', TYPE, 1, 'string');
    return native.storageDelete(this.#check().io.id, keyOf(key), false);
  }

  list(options = undefined) {
    return new ListIterator(this.#check(), listArguments(options, 'list', TYPE));
  }
}

defineInterface(SyncKvStorage);

module.exports = { makeKv };
