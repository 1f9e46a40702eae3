// What is kept of an instance of a Workflow, in the storage of its object.
//
//   instance    { event, params, created, steps, preserves }: what the event of run() has beside payload and timestamp;
//               how many steps a run may begin; whether the error of an instance is the NonRetryableError that a step
//               has thrown
//   state       { status, next, pausedAt?, error? }: `next` numbers what happens to steps
//   output      { value } of run()
//   step KIND NAME COUNT   a step that has begun, see workers/workflow_run.js
//   event N     { type, payload, timestamp } that nothing has waited for yet
//
// Everything is done at once, and all that one turn writes is kept together or not at all.
'use strict';

const { rethrow } = require('web/structured_clone');

// What one record of SQLite may have (runtime/storage/store.cc), but for its key. Bytes.
const LARGEST = 4 * 1024 * 1024 - 16 * 1024;

const { now } = Date;
const { max, trunc } = Math;

class TooLarge extends Error {}

class WorkflowStore {
  #ioId;

  constructor(ioId) {
    this.#ioId = ioId;
  }

  get(key) {
    return native.storageGet(this.#ioId, key);
  }

  // Throws a DataCloneError, or TooLarge.
  put(key, value) {
    let size;
    try {
      size = native.storagePut(this.#ioId, key, value, LARGEST, false);
    } catch (error) {
      rethrow(error);
    }
    if (size !== undefined) throw new TooLarge(`${size} bytes`);
  }

  delete(key) {
    native.storageDelete(this.#ioId, key, false);
  }

  // Keys and values in turns.
  list(prefix) {
    return native.storageList(this.#ioId, undefined, undefined, undefined, prefix, false, -1);
  }

  deleteAll(prefix) {
    const entries = this.list(prefix);
    for (let i = 0; i < entries.length; i += 2) this.delete(entries[i]);
  }

  // When the instance is to be looked at, at the latest; null: when something happens to it.
  wakeAt(time) {
    native.storageSetAlarm(this.#ioId, time === null ? null : max(trunc(time), now()), false);
  }

  clear() {
    native.storageDeleteAll(this.#ioId, true);
  }
}

// As names of events sort: in the order of numbers.
const eventKey = (number) => `event ${`${1e15 + number}`.slice(1)}`;
const stepKey = (kind, name, count) => `step ${kind} ${name} ${count}`;

module.exports = { TooLarge, WorkflowStore, eventKey, stepKey };
