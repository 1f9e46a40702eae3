// ctx.storage of a Durable Object.
//
// https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/; spec/wrangler.md section 6.3
//
// Everything is done at once, in SQLite (runtime/storage), so what a method gives is a promise that is settled
// already. What leaves the object afterwards waits until the writes are on the disk (the output gate), so
// its code need not.
'use strict';

const { state } = require('internal/context');
const { DELETE_ALL_DELETES_ALARM } = require('internal/flags');
const { promiseThen } = require('internal/primordials');
const { badArgument, defineInterface } = require('internal/webidl');
const { Operations, listArguments } = require('workers/storage_operations');
const transactions = require('workers/storage_transaction');

// What the object has news about when writes have become durable (runtime/worker/actor_storage.h).
const STORAGE = 0;

const TYPE = 'DurableObjectStorage';
const NO_RECOVERY =
  "This Durable Object's storage back-end does not implement point-in-time recovery.";

let makeStorage;
let outputGate;

class DurableObjectStorage {
  #operations;
  #sql;
  #kv;
  #news;

  constructor(key, actor) {
    if (key !== makeStorage) throw new TypeError('Illegal constructor');
    this.#operations = new Operations(actor);
  }

  static {
    makeStorage = (actor) => new DurableObjectStorage(makeStorage, actor);
    // What to wait for before something leaves the object, or undefined.
    outputGate = (storage) => {
      const commit = native.storageHeld(storage.#operations.io.id);
      return commit === 0 ? undefined : storage.#until(commit);
    };
  }

  // Whether what is stored now would get into a transaction of other code.
  #mustWait() {
    const operations = this.#operations;
    operations.check();
    return operations.actor.transaction !== undefined && transactions.mustWait(operations.actor);
  }

  get #ended() {
    return this.#operations.actor.transaction.ended;
  }

  async get(keys, options = undefined) {
    if (arguments.length === 0) throw badArgument('get', TYPE, 1, 'string or Array');
    while (this.#mustWait()) await this.#ended;
    return this.#operations.get(keys);
  }

  async list(options = undefined) {
    const args = listArguments(options, 'list', TYPE);
    while (this.#mustWait()) await this.#ended;
    return this.#operations.list(args);
  }

  async put(keyOrEntries, value = undefined, options = undefined) {
    if (arguments.length === 0) throw badArgument('put', TYPE, 1, 'string or object');
    while (this.#mustWait()) await this.#ended;
    this.#operations.put(keyOrEntries, value, options);
  }

  async delete(keys, options = undefined) {
    if (arguments.length === 0) throw badArgument('delete', TYPE, 1, 'string or Array');
    while (this.#mustWait()) await this.#ended;
    return this.#operations.delete(keys, options);
  }

  async deleteAll(options = undefined) {
    while (this.#mustWait()) await this.#ended;
    const { io } = this.#operations;
    native.storageDeleteAll(io.id, (state.flags & DELETE_ALL_DELETES_ALARM) !== 0);
  }

  async getAlarm(options = undefined) {
    while (this.#mustWait()) await this.#ended;
    return this.#operations.getAlarm();
  }

  async setAlarm(time, options = undefined) {
    while (this.#mustWait()) await this.#ended;
    this.#operations.setAlarm(time, options, TYPE);
  }

  async deleteAlarm(options = undefined) {
    while (this.#mustWait()) await this.#ended;
    this.#operations.deleteAlarm(options);
  }

  async transaction(closure, options = undefined) {
    this.#operations.check();
    return transactions.transaction(this.#operations, closure);
  }

  transactionSync(closure) {
    this.#operations.check();
    return transactions.transactionSync(this.#operations, closure);
  }

  // Until all that was written before is on the disk.
  async sync() {
    this.#operations.check();
    return this.#until(0);
  }

  // Until the commit is durable; 0 stands for all that was written until now.
  async #until(commit) {
    const { io } = this.#operations;
    for (let left = native.storageAwait(io.id, commit); left !== 0; left = native.storageAwait(io.id, left)) {
      await (this.#news ??= promiseThen.call(io.news(STORAGE), () => {
        this.#news = undefined;
      }));
    }
  }

  get sql() {
    return (this.#sql ??= require('workers/storage_sql').makeSql(this.#operations));
  }

  get kv() {
    return (this.#kv ??= require('workers/storage_kv').makeKv(this.#operations));
  }

  async getCurrentBookmark() {
    throw new Error(NO_RECOVERY);
  }

  async getBookmarkForTime(timestamp) {
    throw new Error(NO_RECOVERY);
  }

  async onNextSessionRestoreBookmark(bookmark) {
    throw new Error(NO_RECOVERY);
  }
}

defineInterface(DurableObjectStorage);

module.exports = { makeStorage, outputGate };
