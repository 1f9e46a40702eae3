// Transactions of a Durable Object: transaction(), which may wait for things, and transactionSync().
//
// https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/#transactions
//
// An asynchronous one is a savepoint that stays open over awaits. Code belongs to it if it was begun by the
// closure, which is known from the frame (internal/context.js); other code of the object that stores
// something waits for its end.
'use strict';

const { Frame, checkOwner, getFrame, setFrame } = require('internal/context');
const { badArgument, defineInterface } = require('internal/webidl');
const { closeGate } = require('workers/actor');
const { listArguments } = require('workers/storage_operations');

// Of native.storageTransaction(); the same numbers are in storage_natives.cc.
const BEGIN_SYNC = 0;
const KEEP_SYNC = 1;
const UNDO_SYNC = 2;
const BEGIN = 3;
const KEEP = 4;
const UNDO = 5;

// Under which a frame has the transaction that its code belongs to.
const TRANSACTION = {};

class Transaction {
  constructor(actor) {
    this.actor = actor;
    this.parent = actor.transaction;
    this.open = true;
    this.rolledBack = false;
    this.ended = new Promise((resolve) => {
      this.resolve = resolve;
    });
    native.storageTransaction(actor.io.id, BEGIN);
    actor.transaction = this;
  }

  // The innermost one of the object.
  end(how) {
    const { actor } = this;
    this.open = false;
    this.rolledBack = how === UNDO;
    actor.transaction = this.parent;
    this.resolve();
    native.storageTransaction(actor.io.id, how);
  }
}

// The open transaction that the code which runs now belongs to.
function ownTransaction() {
  let own = getFrame()?.stores?.get(TRANSACTION);
  while (own !== undefined && !own.open) own = own.parent;
  return own;
}

// Whether what the code stores now would get into a transaction of other code. To be asked again after
// each actor.transaction.ended.
function mustWait(actor) {
  return actor.transaction !== undefined && actor.transaction !== ownTransaction();
}

// Calls `callback` so that it, and what it begins, belongs to the transaction.
function runIn(transaction, callback) {
  const before = getFrame();
  const stores = new Map(before?.stores);
  stores.set(TRANSACTION, transaction);
  setFrame(new Frame(transaction.actor.io, stores, before?.depth ?? 1));
  try {
    return callback();
  } finally {
    setFrame(before);
  }
}

let makeTransaction;

// What the closure of transaction() gets.
class DurableObjectTransaction {
  #transaction;
  #operations;

  constructor(key, transaction, operations) {
    if (key !== makeTransaction) throw new TypeError('Illegal constructor');
    this.#transaction = transaction;
    this.#operations = operations;
  }

  static {
    makeTransaction = (transaction, operations) =>
      new DurableObjectTransaction(makeTransaction, transaction, operations);
  }

  #check(operation) {
    const { open, rolledBack } = this.#transaction;
    checkOwner(this.#operations.io, 'DurableObjectTransaction');
    if (rolledBack) throw new Error(`Cannot ${operation} on rolled back transaction`);
    if (!open) {
      throw new Error(
        `Cannot call ${operation} on transaction that has already committed: did you move \`txn\` outside of the closure?`,
      );
    }
    return this.#operations;
  }

  async get(keys, options = undefined) {
    if (arguments.length === 0) throw badArgument('get', 'DurableObjectTransaction', 1, 'string or Array');
    return this.#check('get()').get(keys);
  }

  async list(options = undefined) {
    return this.#check('list()').list(listArguments(options, 'list', 'DurableObjectTransaction'));
  }

  async put(keyOrEntries, value = undefined, options = undefined) {
    if (arguments.length === 0) throw badArgument('put', 'DurableObjectTransaction', 1, 'string or object');
    this.#check('put()').put(keyOrEntries, value, options);
  }

  async delete(keys, options = undefined) {
    if (arguments.length === 0) throw badArgument('delete', 'DurableObjectTransaction', 1, 'string or Array');
    return this.#check('delete()').delete(keys, options);
  }

  async getAlarm(options = undefined) {
    return this.#check('getAlarm()').getAlarm();
  }

  async setAlarm(time, options = undefined) {
    this.#check('setAlarm()').setAlarm(time, options, 'DurableObjectTransaction');
  }

  async deleteAlarm(options = undefined) {
    this.#check('deleteAlarm()').deleteAlarm(options);
  }

  async deleteAll() {
    throw new Error('Cannot call deleteAll() within a transaction');
  }

  rollback() {
    const transaction = this.#transaction;
    if (transaction.rolledBack) return;
    this.#check('rollback()');
    if (transaction.actor.transaction !== transaction) {
      throw new Error('Cannot roll back an outer transaction while a nested transaction is still running.');
    }
    transaction.end(UNDO);
  }
}

async function transaction(operations, closure) {
  if (typeof closure !== 'function') {
    throw badArgument('transaction', 'DurableObjectStorage', 1, 'function');
  }
  const { actor } = operations;
  const open = closeGate(actor.io);
  try {
    while (mustWait(actor)) await actor.transaction.ended;
    const one = new Transaction(actor);
    let how = UNDO;
    try {
      const value = await runIn(one, () => closure(makeTransaction(one, operations)));
      how = KEEP;
      return value;
    } finally {
      // One that the closure has begun and not awaited ends first.
      while (one.open && actor.transaction !== one) await actor.transaction.ended;
      if (one.open) one.end(how);
    }
  } finally {
    open();
  }
}

function transactionSync(operations, closure) {
  if (typeof closure !== 'function') {
    throw badArgument('transactionSync', 'DurableObjectStorage', 1, 'function');
  }
  const { id } = operations.io;
  native.storageTransaction(id, BEGIN_SYNC);
  let value;
  try {
    value = closure();
  } catch (error) {
    native.storageTransaction(id, UNDO_SYNC);
    throw error;
  }
  native.storageTransaction(id, KEEP_SYNC);
  return value;
}

defineInterface(DurableObjectTransaction);

module.exports = { mustWait, transaction, transactionSync };
