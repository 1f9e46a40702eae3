// One run of an instance of a Workflow: its run() under way, with what its steps do and wait for.
//
// What has ended is kept (workers/workflow_store.js), so that the next run passes over it: an instance goes on
// after a reload, or in another process, by being run again. A run that is over (terminated, paused, replaced)
// is left: its promises stay as they are, and nothing of it is kept any more.
//
// https://developers.cloudflare.com/workflows/build/workers-api/#workflowstep
'use strict';

const { Promise, promiseThen } = require('internal/primordials');
const timers = require('web/timers');
const { environment } = require('workers/entrypoints');
const { ExecutionContext } = require('workers/execution_context');
const { fatalError, isNonRetryable, keptError, preservedError, thrownError, workflowError } =
  require('workers/workflow_errors');
const rules = require('workers/workflow_rules');
const { TooLarge, stepKey, valueKey } = require('workers/workflow_store');

const LONGEST_DELAY_FUNCTION = 5000;
// Of a timer (web/timers.js). ms.
const LONGEST_TIMER = 2 ** 31 - 1;

const NOT_HANDLED = {
  name: 'WorkflowFatalError',
  message: 'The execution of the Workflow instance was terminated, as a step threw an NonRetryableError and it was ' +
    'not handled',
};

const { now } = Date;
const { min } = Math;
const { sort } = Array.prototype;
const { apply } = Reflect;
const { isNaN } = Number;
const dateTime = Date.prototype.getTime;

const never = () => new Promise(() => {});
const nextTurn = () =>
  new Promise((resolve) => {
    timers.setTimeout(resolve, 0);
  });
const isStream = (value) =>
  typeof value === 'object' && value !== null && require.loaded('web/streams') !== undefined &&
  value instanceof require('web/streams').ReadableStream;

function checkStepName(name) {
  if (rules.isStepName(name)) return;
  throw fatalError(
    `Step name "${name}" exceeds max length (${rules.LONGEST_STEP_NAME} chars) or invalid characters found`);
}

// The arguments of do() after the name: (callback), (config, callback), both with options of rollbacks.
function checkStep(name, rest) {
  const configured = typeof rest[0] !== 'function';
  const config = (configured ? rest[0] : undefined) ?? { __proto__: null };
  const callback = configured ? rest[1] : rest[0];
  const rollback = configured ? rest[2] : rest[1];
  if (typeof callback !== 'function') throw fatalError(`Step "${name}" requires a callback function`);
  if (rollback !== undefined) {
    throw fatalError(`isolane does not support rollbacks of steps yet: call do("${name}", ...) without one.`);
  }
  checkStepName(name);
  if (!rules.isStepConfig(config)) {
    throw fatalError(
      `Step config for "${name}" is in a invalid format. See ` +
        'https://developers.cloudflare.com/workflows/build/sleeping-and-retrying/');
  }
  return { config, callback };
}

function checkDuration(name, duration) {
  const ms = rules.durationOf(duration);
  if (!isNaN(ms)) return ms;
  const shown = typeof duration === 'string' ? `"${duration}"` : typeof duration;
  throw fatalError(
    `Step "${name}": ${shown} is no duration. Give milliseconds, or a text such as "3 seconds" or "1 hour".`);
}

class WorkflowRun {
  #engine;
  #store;
  #instance;
  #over = false;
  // Callbacks of steps that are under way.
  #active = 0;
  #timers = { __proto__: null };
  // Of those that begin: what has the same name is told apart by its place.
  #counts = { __proto__: null };
  #steps = 0;
  // { due, type?, resolve }: sleeps, delays, events.
  #waits = [];
  // What begins when a pause that was asked for is not to be after all.
  #held = [];
  #looks = false;
  #timer = 0;

  constructor(engine, store, instance) {
    this.#engine = engine;
    this.#store = store;
    this.#instance = instance;
  }

  get active() {
    return this.#active;
  }

  begin(io, Class) {
    const { params, created, event: { instanceId, workflowName, schedule } } = this.#instance;
    const event = { payload: params, timestamp: new Date(created), instanceId, workflowName };
    if (schedule !== undefined) event.schedule = schedule;
    const run = async () => {
      // What ends the isolate there must not undo that it was begun: that is committed with the turn.
      await nextTurn();
      if (this.#over) return await never();
      const object = new Class(new ExecutionContext(io), environment());
      if (typeof object.run !== 'function') {
        throw new TypeError('The RPC receiver does not implement the method "run".');
      }
      return await object.run(event, new WorkflowStep(this));
    };
    promiseThen.call(run(), (value) => this.#complete(value), (error) => this.#fail(error));
  }

  // For the log.
  get #name() {
    const { workflowName, instanceId } = this.#instance.event;
    return `Workflow ${workflowName}, instance ${instanceId}`;
  }

  // Nothing of it counts any more.
  leave() {
    this.#over = true;
    this.#waits = [];
    this.#held = [];
    if (this.#timer !== 0) timers.clearTimeout(this.#timer);
    for (const id in this.#timers) timers.clearTimeout(id);
    this.#timers = { __proto__: null };
  }

  release() {
    const held = this.#held;
    this.#held = [];
    for (let i = 0; i < held.length; i++) held[i]();
  }

  // Gives the oldest event of that type to what waits for one. False if nothing does.
  deliver(type) {
    let taker;
    const left = [];
    for (let i = 0; i < this.#waits.length; i++) {
      const wait = this.#waits[i];
      if (taker === undefined && wait.forEvent && wait.type === type) taker = wait;
      else left[left.length] = wait;
    }
    if (taker === undefined) return false;
    this.#waits = left;
    taker.resolve(this.#engine.takeEvent(type));
    this.look();
    return true;
  }

  // Something has happened: what is due goes on, and if all wait, the instance may rest.
  look() {
    if (this.#over || this.#looks || !this.#engine.stayAwake()) return;
    this.#looks = true;
    // After all that follows from what has happened.
    timers.setTimeout(() => {
      this.#looks = false;
      this.#wake();
    }, 0);
  }

  #wake() {
    if (this.#over) return;
    if (this.#timer !== 0) timers.clearTimeout(this.#timer);
    this.#timer = 0;
    const time = now();
    const left = [];
    const due = [];
    let next = Infinity;
    for (let i = 0; i < this.#waits.length; i++) {
      const wait = this.#waits[i];
      if (wait.due <= time) {
        due[due.length] = wait;
      } else {
        left[left.length] = wait;
        if (wait.due < next) next = wait.due;
      }
    }
    this.#waits = left;
    // Those of a turn that came late, too, in the order of their times.
    apply(sort, due, [(a, b) => a.due - b.due]);
    for (let i = 0; i < due.length; i++) due[i].resolve(undefined);
    if (due.length > 0) {
      this.look();
    } else if (next < Infinity && this.#active === 0) {
      this.#engine.rest(next);
    } else if (next < Infinity) {
      this.#timer = timers.setTimeout(() => this.#wake(), min(next - time, LONGEST_TIMER));
    }
  }

  #complete(value) {
    if (this.#over) return;
    try {
      if (value !== undefined) this.#store.put('output', { value });
    } catch (error) {
      this.#fail(TooLarge.is(error) ? new RangeError(`The output of run() is too large: ${error.message}.`) : error);
      return;
    }
    this.#engine.end('complete', undefined);
  }

  #fail(error) {
    if (this.#over) return;
    const { name, message } = keptError(error);
    const { preserves } = this.#instance;
    let told = { message, name };
    if (isNonRetryable(told)) told = preserves ? preservedError(told) : NOT_HANDLED;
    this.#engine.end('errored', told);
    native.reportUncaught(error, `run() of ${this.#name}`);
  }

  // The instance ends, without a word to its code.
  #stop(message) {
    native.consoleWrite('error', `${this.#name}: ${message}`);
    this.#engine.end('errored', { name: 'WorkflowFatalError', message });
  }

  #count(what) {
    return (this.#counts[what] = (this.#counts[what] ?? 0) + 1);
  }

  // The record of the step that begins now; that of an earlier run if there was one.
  #record(kind, name, fresh) {
    const count = this.#count(`${kind} ${name}`);
    const key = stepKey(kind, name, count);
    let record = this.#store.get(key);
    if (record === undefined) {
      record = { __proto__: null, kind, name, count, order: this.#engine.number(), ...fresh() };
      this.#store.put(key, record);
    }
    return { key, record };
  }

  // `outcome`: { value } or { error }, or nothing to keep.
  #end(key, record, outcome) {
    if (outcome !== undefined) this.#store.put(valueKey(key), outcome);
    this.#store.put(key, { ...record, ended: this.#engine.number() });
  }

  #value(key) {
    return this.#store.get(valueKey(key)).value;
  }

  // Throws the error of a step that has ended with one.
  #check(key) {
    const { error } = this.#store.get(valueKey(key));
    if (error !== undefined) throw thrownError(error);
  }

  #until(due) {
    return new Promise((resolve) => {
      this.#waits[this.#waits.length] = { due, forEvent: false, type: undefined, resolve };
      this.look();
    });
  }

  // --- do ---

  async do(given, rest) {
    if (this.#over) return await never();
    this.#steps++;
    const limit = this.#instance.steps;
    if (this.#steps > limit) {
      const text =
        `The limit of ${limit} steps has been reached. This limit can be changed in your worker configuration.`;
      if (this.#steps === limit + 1) throw fatalError(text);
      // It has caught that, and goes on.
      this.#stop(text);
      return await never();
    }
    const name = `${given}`;
    const { config, callback } = checkStep(name, rest);
    const { key, record } = this.#record('do', name, () => ({ attempts: 0, config: rules.completeConfig(config) }));
    if (record.ended !== undefined) {
      this.#check(key);
      return this.#value(key);
    }
    // An attempt of another run that has no outcome: its process has ended, or its isolate. It counts.
    if (record.attempts > record.config.retries.limit && record.retryAt === undefined) {
      const error = keptError(workflowError('WorkflowInternalError', 'Attempt failed due to internal workflows error'));
      this.#end(key, record, { error });
      throw thrownError(error);
    }
    for (;;) {
      if (record.retryAt !== undefined) await this.#until(record.retryAt);
      while (!this.#over && this.#engine.pausing) {
        await new Promise((resolve) => {
          this.#held[this.#held.length] = resolve;
        });
      }
      if (this.#over) return await never();
      const failure = await this.#attempt(key, record, callback, config.retries?.delay);
      if (this.#over) return await never();
      if (failure === undefined) return this.#value(key);
      if (record.retryAt === undefined) throw thrownError(failure);
    }
  }

  // Calls the callback once. Nothing if its value was kept; else the error, and `record` has the time of the next
  // attempt if there is to be one.
  async #attempt(key, record, callback, liveDelay) {
    record.attempts++;
    record.retryAt = undefined;
    this.#store.put(key, record);
    this.#engine.progress();
    this.#active++;
    this.#engine.stayAwake();
    let failure;
    try {
      // As with run(): that it was called stays.
      await nextTurn();
      if (!this.#over) failure = await this.#call(key, record, callback, liveDelay);
    } finally {
      this.#active--;
      if (!this.#over) {
        if (this.#active === 0 && this.#engine.pausing) this.#engine.pauseNow();
        else this.look();
      }
    }
    return failure;
  }

  async #call(key, record, callback, liveDelay) {
    const { name, count, attempts, config } = record;
    const context = { step: { name, count }, attempt: attempts, config: rules.shownConfig(config) };
    try {
      const value = await this.#within(rules.durationOf(config.timeout), async () => await callback(context), (ms) =>
        workflowError('WorkflowTimeoutError', `Execution timed out after ${ms}ms`));
      if (!this.#over) this.#keep(key, record, value);
      return undefined;
    } catch (error) {
      if (this.#over) return undefined;
      return await this.#judge(key, record, keptError(error), { error, context, liveDelay });
    }
  }

  #keep(key, record, value) {
    const { name, count } = record;
    if (isStream(value)) {
      this.#stop(`The step "${name}" returned a stream: isolane does not support streams as results of steps yet. ` +
        'Return its text or bytes.');
      return;
    }
    try {
      this.#end(key, record, { value });
    } catch (error) {
      if (TooLarge.is(error)) {
        throw workflowError(
          'WorkflowInternalError', `Step ${name}-${count} output is too large. Maximum allowed size is 1MiB.`);
      }
      if (error?.name !== 'DataCloneError') throw error;
      this.#stop(
        `The execution of the Workflow instance was terminated, as the step "${name}" returned a value which is not ` +
          'serialisable');
    }
  }

  // Keeps that the attempt has failed, and when the next one is. Gives the error that the step has.
  async #judge(key, record, failure, { error, context, liveDelay }) {
    const { name, count, attempts, config } = record;
    const { limit, delay, backoff } = config.retries;
    let ms = NaN;
    if (!isNonRetryable(failure) && attempts <= limit) {
      try {
        ms = delay === rules.DYNAMIC_DELAY
          ? await this.#dynamicDelay(liveDelay, { ctx: context, error }, backoff)
          : rules.retryDelay(delay, backoff, attempts);
      } catch ({ message }) {
        failure = keptError(workflowError(
          'NonRetryableDelayError', `The delay function for step "${name}-${count}" ${message}`));
      }
      if (this.#over) return undefined;
    }
    const where = `${this.#name}, step "${name}"`;
    const what = failure.name === 'Error' ? failure.message : `${failure.name}: ${failure.message}`;
    if (isNaN(ms)) {
      native.consoleWrite('warn', `${where}: attempt ${attempts} has failed, and is the last: ${what}`);
      this.#end(key, record, { error: failure });
    } else {
      native.consoleWrite('warn', `${where}: attempt ${attempts} has failed, the next is in ${ms} ms: ${what}`);
      record.retryAt = rules.dueIn(ms);
      this.#store.put(key, record);
    }
    return failure;
  }

  async #dynamicDelay(liveDelay, input, backoff) {
    if (typeof liveDelay !== 'function') return rules.DEFAULT_RETRY_DELAY;
    let delay;
    try {
      delay = await this.#within(LONGEST_DELAY_FUNCTION, async () => await liveDelay(input), () => undefined);
    } catch (error) {
      if (error === undefined) throw new Error(`did not return within ${LONGEST_DELAY_FUNCTION / 1000} seconds`);
      throw new Error(`threw an error: ${keptError(error).message}`);
    }
    const ms = rules.retryDelay(delay, backoff, input.ctx.attempt);
    if (!isNaN(ms)) return ms;
    throw new Error(
      'returned an invalid delay value (expected a number of ms or a duration string like "30 seconds")');
  }

  // What `call` gives, or the rejection `late` when that takes longer.
  #within(ms, call, late) {
    return new Promise((resolve, reject) => {
      const timer = timers.setTimeout(() => {
        delete this.#timers[timer];
        reject(late(ms));
      }, min(ms, LONGEST_TIMER));
      this.#timers[timer] = true;
      const inTime = (settle) => (value) => {
        delete this.#timers[timer];
        timers.clearTimeout(timer);
        settle(value);
      };
      promiseThen.call(call(), inTime(resolve), inTime(reject));
    });
  }

  // --- waiting ---

  async sleep(given, dueOf) {
    if (this.#over) return await never();
    const name = `${given}`;
    checkStepName(name);
    const { key, record } = this.#record('sleep', name, () => ({ due: dueOf(name) }));
    if (record.ended !== undefined) return undefined;
    await this.#until(record.due);
    if (this.#over) return await never();
    this.#end(key, record, undefined);
    return undefined;
  }

  async waitForEvent(given, options) {
    if (this.#over) return await never();
    const name = `${given}`;
    checkStepName(name);
    const { type, timeout } = options;
    const { key, record } = this.#record('waitForEvent', name, () => {
      const ms = checkDuration(name, timeout || rules.DEFAULT_EVENT_TIMEOUT);
      return { type, timeout: ms, due: rules.dueIn(ms) };
    });
    if (record.ended !== undefined) {
      this.#check(key);
      return { timestamp: record.timestamp, payload: this.#value(key), type: record.type };
    }
    const event = this.#engine.takeEvent(record.type) ?? (await new Promise((resolve) => {
      this.#waits[this.#waits.length] = { due: record.due, forEvent: true, type: record.type, resolve };
      this.look();
    }));
    if (this.#over) return await never();
    if (event === undefined) {
      const error = keptError(workflowError('WorkflowTimeoutError', `Execution timed out after ${record.timeout}ms`));
      error.stack = undefined;
      this.#end(key, record, { error });
      throw thrownError(error);
    }
    this.#end(key, { ...record, timestamp: event.timestamp }, { value: event.payload });
    return event;
  }
}

// What run() gets. Nothing here is returned to an async function but by `await`: that asks no `then` of the Worker's.
class WorkflowStep {
  #run;

  constructor(run) {
    if (!(run instanceof WorkflowRun)) throw new TypeError('Illegal constructor');
    this.#run = run;
  }

  do(name, ...rest) {
    return this.#run.do(name, rest);
  }

  sleep(name, duration) {
    return this.#run.sleep(name, (text) => rules.dueIn(checkDuration(text, duration)));
  }

  sleepUntil(name, timestamp) {
    return this.#run.sleep(name, (text) => {
      const due = typeof timestamp === 'object' && timestamp !== null ? dateTime.call(timestamp) : +timestamp;
      if (due < now()) throw new Error("You can't sleep until a time in the past, time-traveler");
      if (isNaN(due)) throw fatalError(`Step "${text}": sleepUntil() got no valid date.`);
      return min(due, rules.LATEST);
    });
  }

  waitForEvent(name, options) {
    return this.#run.waitForEvent(name, options);
  }
}

module.exports = { WorkflowRun };
