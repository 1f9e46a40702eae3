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
const { keptError } = require('workers/workflow_errors');
const { TooLarge, WorkflowStore, valueKey } = require('workers/workflow_store');

// What calls give: all of it, whatever the Worker has given all objects.
const answer = (value) => ({ value, failure: undefined });
const refusal = (text) => ({ value: undefined, failure: text });
const failure = (code, text) => refusal(`WorkflowError: (${code}) ${text}`);

const NOT_FOUND = refusal('instance.not_found');
const NOTHING = answer(undefined);

// What a status tells of outputs of steps, as JSON. Characters.
const MOST_OUTPUT = 1024 * 1024;
// Of runs in a row that came no further than the one before, and ended with their isolates.
const MOST_CUT_OFF = 6;

const { now } = Date;
const { isView } = ArrayBuffer;
const { sort } = Array.prototype;
const { apply } = Reflect;

const isFinal = (status) => status === 'complete' || status === 'errored' || status === 'terminated';

// What JSON says of a value, and how long that is; of bytes, how many there are.
function plain(value) {
  try {
    const text = stringify({ value }, (_, part) => {
      if (part instanceof ArrayBuffer) return `[ArrayBuffer(${part.byteLength} bytes)]`;
      if (isView(part) && !(part instanceof DataView)) return `[${part.constructor.name}(${part.byteLength} bytes)]`;
      return part;
    });
    return { size: text.length, shown: parse(text).value };
  } catch (error) {
    const { message } = keptError(error);
    return { size: message.length, shown: `[${message}]` };
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
    this.#change({ next: number + 1, cutOff: 0 });
    return number;
  }

  // Something was kept that the next run need not do again.
  progress() {
    if (this.#state.cutOff !== 0) this.#change({ cutOff: 0 });
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
    return this.#store.takeEvent(type);
  }

  // --- state ---

  get #state() {
    return (this.#kept ??= this.#store.get('state'));
  }

  #change(parts) {
    const next = { __proto__: null, ...this.#state, ...parts };
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
    this.#change({ status: 'queued', cutOff: 0, pausedAt: undefined, error: undefined });
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

  alarm({ retryCount }) {
    this.#called = false;
    const status = this.#state?.status;
    if (status === 'waitingForPause' && this.#run === undefined) this.pauseNow();
    else if (status === 'queued' || status === 'running' || status === 'waitingForPause') return this.#go(retryCount > 0);
    return undefined;
  }

  // `again`: the handler was begun before, and the isolate has ended.
  #go(again) {
    const over = new Promise((resolve) => {
      this.#finish = resolve;
    });
    if (this.#run === undefined) {
      const cutOff = again ? this.#state.cutOff + 1 : 0;
      if (cutOff >= MOST_CUT_OFF) {
        const message = `run() has ended its isolate ${cutOff} times in a row, with nothing kept of any step: it ` +
          'exceeds the CPU time or the memory that its Worker may use.';
        native.consoleWrite('error', `Workflow instance ${this.#store.get('instance').event.instanceId}: ${message}`);
        this.end('errored', { name: 'WorkflowInternalError', message });
        return over;
      }
      this.#change({ status: 'running', cutOff });
      this.#run = new WorkflowRun(this, this.#store, this.#store.get('instance'));
      this.#run.begin(this.#io, this.#Class);
    } else {
      this.#run.look();
    }
    return over;
  }

  // --- called by bindings (workers/workflow.js) ---

  create(event, params, { steps = DEFAULT_STEP_LIMIT, preserves }) {
    if (this.#state !== undefined) return answer(false);
    try {
      this.#store.put('instance', { event, params, created: now(), steps, preserves });
    } catch (error) {
      if (!TooLarge.is(error)) throw error;
      return failure('body', `The params of instance "${event.instanceId}" are too large: ${error.message}.`);
    }
    this.#kept = { __proto__: null, next: 1 };
    this.#start();
    return answer(true);
  }

  exists() {
    return this.#state === undefined ? NOT_FOUND : NOTHING;
  }

  status() {
    const state = this.#state;
    if (state === undefined) return NOT_FOUND;
    const { status, error } = state;
    const output = status === 'complete' ? plain(this.#store.get('output')?.value).shown ?? null : null;
    return answer({ status, outputs: this.#outputs(), output, error });
  }

  // Of steps, in the order in which they ended: as many as may be told.
  #outputs() {
    const steps = this.#steps('ended');
    const outputs = [];
    for (let i = 0, total = 0; i < steps.length; i++) {
      const { key, record: { kind, config } } = steps[i];
      if (kind === 'sleep') continue;
      const { error, value } = this.#store.get(valueKey(key));
      if (error !== undefined) continue;
      const { size, shown } = plain(config?.sensitive === undefined ? value : '[REDACTED]');
      total += size;
      if (total > MOST_OUTPUT) {
        outputs[outputs.length] = `[not shown: what follows of ${steps.length} steps, beyond 1 MiB of outputs]`;
        break;
      }
      outputs[outputs.length] = shown;
    }
    return outputs;
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
    for (let i = first; i < steps.length; i++) this.#store.deleteStep(steps[i].key);
    this.#store.deleteEvents();
    this.#store.delete('output');
    this.#start();
    return NOTHING;
  }

  receive(type, payload) {
    const state = this.#state;
    if (state === undefined) return NOT_FOUND;
    const event = { timestamp: new Date(), payload, type };
    if (isFinal(state.status)) return NOTHING;
    // It is kept before anything gets it: what cannot be is an error of the sender's alone.
    try {
      this.#store.putEvent(this.number(), event);
    } catch (error) {
      const { message } = keptError(error);
      return failure('body', TooLarge.is(error)
        ? `The payload or the type of the event is too large: ${message}.` : `The event cannot be kept: ${message}`);
    }
    if (this.#run?.deliver(type)) return NOTHING;
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
    return answer(this.remove() === NOTHING);
  }
}

// The object that calls reach: any Worker that knows its way here may call what this has, and nothing else.
class WorkflowObject {
  #engine;

  constructor(engine) {
    this.#engine = engine;
  }

  // No call gets here by this name (workers/rpc_target.js).
  alarm(info) {
    return this.#engine.alarm(info);
  }

  create(event, params, settings) {
    return this.#engine.create(event, params, settings);
  }

  exists() {
    return this.#engine.exists();
  }

  status() {
    return this.#engine.status();
  }

  pause() {
    return this.#engine.pause();
  }

  resume() {
    return this.#engine.resume();
  }

  terminate() {
    return this.#engine.terminate();
  }

  restart(from) {
    return this.#engine.restart(from);
  }

  receive(type, payload) {
    return this.#engine.receive(type, payload);
  }

  remove() {
    return this.#engine.remove();
  }

  removed() {
    return this.#engine.removed();
  }
}

module.exports = { makeEngine: (io, Class) => new WorkflowObject(new WorkflowEngine(io, Class)) };
