// An instance of a Workflow: the object that calls on it reach, in the isolate of the Worker whose class it runs.
// It is made and ended as a Durable Object is (workers/actor.js).
//
// A run is one alarm. The handler lasts while code of the Worker is at work, and its alarm stays set until then, so
// a process that ends meanwhile makes the next one begin there. When all that is left is waiting, the handler sets
// the alarm for the first of it and returns. The run stays in memory as long as the object does, and goes on when
// the alarm comes; without it a new one is begun (workers/workflow_run.js).
'use strict';

const { Promise, parse, stringify } = require('internal/primordials');
const { DEFAULT_STEP_LIMIT } = require('workers/workflow_rules');
const { WorkflowRun } = require('workers/workflow_run');
const { TooLarge, WorkflowStore, eventKey } = require('workers/workflow_store');

const NOT_FOUND = { failure: 'instance.not_found' };
const NOTHING = { value: undefined };

const { now } = Date;
const { isView } = ArrayBuffer;
const { sort } = Array.prototype;
const { apply } = Reflect;
const failure = (code, text) => ({ failure: `WorkflowError: (${code}) ${text}` });

const isFinal = (status) => status === 'complete' || status === 'errored' || status === 'terminated';

// What JSON says of a value; of bytes, how many there are.
function plain(value) {
  try {
    const text = stringify({ value }, (_, part) => {
      if (part instanceof ArrayBuffer) return `[ArrayBuffer(${part.byteLength} bytes)]`;
      if (isView(part) && !(part instanceof DataView)) return `[${part.constructor.name}(${part.byteLength} bytes)]`;
      return part;
    });
    return parse(text).value;
  } catch ({ message }) {
    return `[${message}]`;
  }
}

class WorkflowEngine {
  #io;
  #Class;
  #store;
  #kept;
  #run;
  // Ends the alarm handler; undefined while none is under way.
  #finish;
  // The alarm is set for now.
  #called = false;

  constructor(io, Class) {
    this.#io = io;
    this.#Class = Class;
    this.#store = new WorkflowStore(io.id);
  }

  // --- for the run ---

  get pausing() {
    return this.#state.status === 'waitingForPause';
  }

  number() {
    const state = this.#state;
    const number = state.next;
    this.#change({ next: number + 1 });
    return number;
  }

  // Whether the handler is under way. If not, it soon will be, and looks at the run.
  stayAwake() {
    if (this.#finish !== undefined) return true;
    if (!this.#called) this.#store.wakeAt(now());
    this.#called = true;
    return false;
  }

  // Until `due`, or until something happens.
  rest(due) {
    this.#store.wakeAt(due);
    this.#handled();
  }

  end(status, error) {
    this.#change({ status, error });
    this.#leave();
  }

  pauseNow() {
    this.#change({ status: 'paused', pausedAt: now() });
    this.#leave();
  }

  // The oldest event of that type that nothing has waited for.
  takeEvent(type) {
    const events = this.#store.list('event ');
    for (let i = 0; i < events.length; i += 2) {
      if (events[i + 1].type !== type) continue;
      this.#store.delete(events[i]);
      return events[i + 1];
    }
    return undefined;
  }

  // --- state ---

  get #state() {
    return (this.#kept ??= this.#store.get('state'));
  }

  #change(parts) {
    const next = { ...this.#state, ...parts };
    this.#store.put('state', next);
    this.#kept = next;
  }

  #handled() {
    const finish = this.#finish;
    this.#finish = undefined;
    finish?.();
  }

  // The run is over, or left, and nothing wakes the instance by itself.
  #leave() {
    this.#run?.leave();
    this.#run = undefined;
    this.#called = false;
    this.#store.wakeAt(null);
    this.#handled();
  }

  // Begins a run, when the turn is over.
  #start() {
    this.#change({ status: 'queued', pausedAt: undefined, error: undefined });
    this.stayAwake();
  }

  // Those that have begun, in that order ('order'), or those that have ended ('ended').
  #steps(order) {
    const entries = this.#store.list('step ');
    const steps = [];
    for (let i = 0; i < entries.length; i += 2) {
      const record = entries[i + 1];
      if (record[order] !== undefined) steps[steps.length] = { key: entries[i], record };
    }
    return apply(sort, steps, [(a, b) => a.record[order] - b.record[order]]);
  }

  // --- entered from C++ ---

  alarm() {
    this.#called = false;
    const status = this.#state?.status;
    if (status === 'waitingForPause' && this.#run === undefined) this.pauseNow();
    else if (status === 'queued' || status === 'running' || status === 'waitingForPause') return this.#go();
    return undefined;
  }

  #go() {
    const over = new Promise((resolve) => {
      this.#finish = resolve;
    });
    if (this.#run === undefined) {
      this.#change({ status: 'running' });
      this.#run = new WorkflowRun(this, this.#store, this.#store.get('instance'));
      this.#run.begin(this.#io, this.#Class);
    } else {
      this.#run.look();
    }
    return over;
  }

  // --- called by bindings (workers/workflow.js) ---

  create(event, params, { steps = DEFAULT_STEP_LIMIT, preserves }) {
    if (this.#state !== undefined) return { value: false };
    try {
      this.#store.put('instance', { event, params, created: now(), steps, preserves });
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      return failure('body', `The params of instance "${event.instanceId}" are too large: ${error.message}.`);
    }
    this.#kept = { next: 1 };
    this.#start();
    return { value: true };
  }

  status() {
    const state = this.#state;
    if (state === undefined) return NOT_FOUND;
    const steps = this.#steps('ended');
    const outputs = [];
    for (let i = 0; i < steps.length; i++) {
      const { kind, error, value, event, config } = steps[i].record;
      if (error !== undefined || kind === 'sleep') continue;
      const shown = kind === 'waitForEvent' ? event.payload : config.sensitive === undefined ? value : '[REDACTED]';
      outputs[outputs.length] = plain(shown);
    }
    const { status, error } = state;
    const output = status === 'complete' ? plain(this.#store.get('output')?.value) ?? null : null;
    return { value: { status, outputs, output, error } };
  }

  pause() {
    const state = this.#state;
    if (state === undefined) return NOT_FOUND;
    if (state.status === 'queued' || state.status === 'running') {
      if (this.#run !== undefined && this.#run.active > 0) this.#change({ status: 'waitingForPause' });
      else this.pauseNow();
    }
    return NOTHING;
  }

  resume() {
    const state = this.#state;
    if (state === undefined) return NOT_FOUND;
    if (state.status === 'waitingForPause') {
      this.#change({ status: 'running' });
      this.#run?.release();
    } else if (state.status === 'paused') {
      const late = now() - state.pausedAt;
      const steps = this.#steps('order');
      for (let i = 0; i < steps.length; i++) {
        const { key, record } = steps[i];
        if (record.ended !== undefined) continue;
        if (record.due !== undefined) record.due += late;
        if (record.retryAt !== undefined) record.retryAt += late;
        this.#store.put(key, record);
      }
      this.#start();
    }
    return NOTHING;
  }

  terminate() {
    const state = this.#state;
    if (state === undefined) return NOT_FOUND;
    if (isFinal(state.status)) {
      return failure('instance.cannot_terminate', 'Cannot terminate instance since its on a finite state');
    }
    this.end('terminated', undefined);
    return NOTHING;
  }

  // From its beginning, or from a step: that and what began after it is forgotten.
  restart(from) {
    if (this.#state === undefined) return NOT_FOUND;
    const steps = this.#steps('order');
    let first = 0;
    if (from !== undefined) {
      for (let left = from.count; first < steps.length; first++) {
        const { kind, name } = steps[first].record;
        if (kind === from.type && name === from.name && --left === 0) break;
      }
      if (first === steps.length) {
        return failure('instance.cannot_restart', `Step "${from.name}" not found in execution history`);
      }
    }
    this.#leave();
    for (let i = first; i < steps.length; i++) this.#store.delete(steps[i].key);
    this.#store.deleteAll('event ');
    this.#store.delete('output');
    this.#start();
    return NOTHING;
  }

  receive(type, payload) {
    const state = this.#state;
    if (state === undefined) return NOT_FOUND;
    const event = { timestamp: new Date(), payload, type };
    if (isFinal(state.status) || this.#run?.deliver(event)) return NOTHING;
    try {
      this.#store.put(eventKey(this.number()), event);
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      return failure('body', `The payload of the event "${type}" is too large: ${error.message}.`);
    }
    if (this.#run === undefined && state.status !== 'paused') this.stayAwake();
    return NOTHING;
  }

  remove() {
    if (this.#state === undefined) return failure('instance.not_found', 'Instance does not exist');
    this.#leave();
    this.#store.clear();
    this.#kept = undefined;
    return NOTHING;
  }

  // The same, told by true and false.
  removed() {
    return { value: this.remove() === NOTHING };
  }
}

module.exports = { makeEngine: (io, Class) => new WorkflowEngine(io, Class) };
