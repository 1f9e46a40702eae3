// What is kept of an instance of a Workflow, in the storage of its object.
//
//   instance    { event, params, created, steps, preserves }: what the event of run() has beside payload and timestamp;
//               how many steps a run may begin; whether the error of an instance is the NonRetryableError that a step
//               has thrown
//   state       { status, next, cutOff, pausedAt, error }: `next` numbers what happens to steps; `cutOff` is how many
//               runs have ended with their isolates since anything of a step was kept
//   output      { value } of run()
//   step KIND NAME COUNT   a step that has begun, see workers/workflow_run.js. A small record: all of them are listed.
//   value KEY   { value } or { error } of the step of that key, when it has ended; of one that waited, the payload
//   event N     { type, timestamp } that nothing has waited for yet
//   payload N   { value } of it
//
// Everything is done at once, and all that one turn writes is kept together or not at all. Records that are read have
// no prototype: what is absent is undefined, whatever the Worker has given all objects.
'use strict';

const { setPrototypeOf } = require('internal/primordials');
const { rethrow } = require('web/structured_clone');
const { LATEST } = require('workers/workflow_rules');

// What one record of SQLite may have (runtime/storage/store.cc), but for its key. Bytes.
const LARGEST = 4 * 1024 * 1024 - 16 * 1024;
// Of what is listed, and so must be small.
const LARGEST_EVENT = 4 * 1024;

const { now } = Date;
const { max, min, trunc } = Math;

class TooLarge extends Error {
  #own;

  // Of anything: nothing of the Worker's is asked.
  static is(error) {
    return typeof error === 'object' && error !== null && #own in error;
  }
}

const bare = (record) => (record === undefined ? undefined : setPrototypeOf(record, null));

class WorkflowStore {
  #ioId;

  constructor(ioId) {
    this.#ioId = ioId;
  }

  get(key) {
    return bare(native.storageGet(this.#ioId, key));
  }

  // Throws a DataCloneError, or TooLarge.
  put(key, value, largest = LARGEST) {
    let size;
    try {
      size = native.storagePut(this.#ioId, key, value, largest, false);
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
    const entries = native.storageList(this.#ioId, undefined, undefined, undefined, prefix, false, -1);
    for (let i = 1; i < entries.length; i += 2) bare(entries[i]);
    return entries;
  }

  // Throws as put() does, and has then kept nothing.
  putEvent(number, { type, timestamp, payload }) {
    const place = placeOf(number);
    this.put(`payload ${place}`, { value: payload });
    try {
      this.put(`event ${place}`, { type, timestamp }, LARGEST_EVENT);
    } catch (error) {
      this.delete(`payload ${place}`);
      throw error;
    }
  }

  // The oldest event of that type, which is kept no longer.
  takeEvent(type) {
    const events = this.list('event ');
    for (let i = 0; i < events.length; i += 2) {
      const { type: own, timestamp } = events[i + 1];
      if (own !== type) continue;
      const { value: payload } = this.get(payloadKey(events[i]));
      this.#forget(events[i]);
      return { timestamp, payload, type };
    }
    return undefined;
  }

  deleteEvents() {
    const events = this.list('event ');
    for (let i = 0; i < events.length; i += 2) this.#forget(events[i]);
  }

  #forget(key) {
    this.delete(key);
    this.delete(payloadKey(key));
  }

  deleteStep(key) {
    this.delete(key);
    this.delete(valueKey(key));
  }

  // When the instance is to be looked at, at the latest; null: when something happens to it.
  wakeAt(time) {
    native.storageSetAlarm(this.#ioId, time === null ? null : max(min(trunc(time), LATEST), now()), false);
  }

  clear() {
    native.storageDeleteAll(this.#ioId, true);
  }
}

const { slice } = String.prototype;
const { apply } = Reflect;

// As names of events sort: in the order of numbers.
const placeOf = (number) => apply(slice, `${1e15 + number}`, [1]);
// Of the event of that key.
const payloadKey = (key) => `payload ${apply(slice, key, ['event '.length])}`;
const valueKey = (key) => `value ${key}`;
const stepKey = (kind, name, count) => `step ${kind} ${name} ${count}`;

module.exports = { TooLarge, WorkflowStore, stepKey, valueKey };
