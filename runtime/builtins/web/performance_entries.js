// Marks and measures, https://w3c.github.io/user-timing/, and who observes them,
// https://w3c.github.io/performance-timeline/
//
// One timeline for all requests of the isolate, as in Workers.
'use strict';

const { badArgument, badConstructorArgument, defineInspect, defineInterface } =
  require('internal/webidl');
const { queueMicrotask } = require('web/microtask');
const { performance } = require('web/performance');
const { structuredClone } = require('web/structured_clone');

// More than anybody looks at: beyond it the oldest go, so that a Worker that marks each request and
// clears none does not grow.
const MOST_ENTRIES = 10_000;

// An object: Symbol may be a Worker's function by now.
const MAKE = {};

let timeline = [];
const observers = new Set();

class PerformanceEntry {
  #name;
  #type;
  #startTime;
  #duration;
  constructor(key = undefined, name, type, startTime, duration) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    this.#name = name;
    this.#type = type;
    this.#startTime = startTime;
    this.#duration = duration;
  }
  get name() { return this.#name; }
  get entryType() { return this.#type; }
  get startTime() { return this.#startTime; }
  get duration() { return this.#duration; }
  toJSON() {
    return {
      name: this.#name, entryType: this.#type, startTime: this.#startTime, duration: this.#duration,
    };
  }
}
defineInterface(PerformanceEntry);
const SHOWN = ['name', 'entryType', 'startTime', 'duration'];
defineInspect(PerformanceEntry, SHOWN);

const detailOf = (options) => (options?.detail === undefined ? null : structuredClone(options.detail));

function timeOf(value, type, field) {
  const time = Number(value);
  if (!(time >= 0)) {
    throw new TypeError(`The ${field} of ${type} is no time: ${String(value)}. Give milliseconds, from 0 on.`);
  }
  return time;
}

class PerformanceMark extends PerformanceEntry {
  #detail;
  constructor(name, options = undefined) {
    if (arguments.length === 0) throw badConstructorArgument('PerformanceMark', 1, 'string');
    const text = `${name}`;
    const detail = detailOf(options);
    const given = options?.startTime;
    const time = given === undefined ? performance.now() : timeOf(given, 'a mark', 'startTime');
    super(MAKE, text, 'mark', time, 0);
    this.#detail = detail;
  }
  get detail() { return this.#detail; }
}
defineInterface(PerformanceMark);
defineInspect(PerformanceMark, [...SHOWN, 'detail']);

class PerformanceMeasure extends PerformanceEntry {
  #detail;
  constructor(key = undefined, name, startTime, duration, detail) {
    super(key, name, 'measure', startTime, duration);
    this.#detail = detail;
  }
  get detail() { return this.#detail; }
}
defineInterface(PerformanceMeasure);
defineInspect(PerformanceMeasure, [...SHOWN, 'detail']);

// The time that a measure begins or ends at: a number, or the last mark of a name. As in workerd a mark
// that was never made is the beginning of time.
function markedTime(mark, field) {
  if (typeof mark === 'number') return timeOf(mark, 'a measure', field);
  for (let i = timeline.length - 1; i >= 0; i--) {
    if (timeline[i].entryType === 'mark' && timeline[i].name === `${mark}`) return timeline[i].startTime;
  }
  return 0;
}

function add(entry) {
  timeline.push(entry);
  if (timeline.length > MOST_ENTRIES) timeline = timeline.slice(MOST_ENTRIES / 10);
  for (const observer of observers) tell(observer, entry);
  return entry;
}

function mark(...args) {
  if (args.length === 0) throw badArgument('mark', 'Performance', 1, 'string');
  return add(new PerformanceMark(...args));
}

function measure(name, from = undefined, to = undefined) {
  if (arguments.length === 0) throw badArgument('measure', 'Performance', 1, 'string');
  const options = typeof from === 'object' && from !== null ? from : { start: from, end: to };
  const { duration } = options;
  let start = options.start === undefined ? undefined : markedTime(options.start, 'start');
  let end = options.end === undefined ? undefined : markedTime(options.end, 'end');
  if (duration !== undefined) {
    const time = timeOf(duration, 'a measure', 'duration');
    if (start === undefined && end !== undefined) start = end - time;
    else end = (start ?? 0) + time;
  }
  start ??= 0;
  end ??= performance.now();
  return add(new PerformanceMeasure(MAKE, `${name}`, start, end - start, detailOf(options)));
}

function clear(type, name) {
  timeline = timeline.filter(
    (entry) => entry.entryType !== type || (name !== undefined && entry.name !== `${name}`));
}

function select(entries, name, type) {
  return entries
    .filter((entry) => (name === undefined || entry.name === `${name}`) &&
      (type === undefined || entry.entryType === `${type}`))
    .sort((a, b) => a.startTime - b.startTime);
}

const find = (name, type) => select(timeline, name, type);

class PerformanceObserverEntryList {
  #entries;
  constructor(key = undefined, entries = undefined) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    this.#entries = entries;
  }
  getEntries() { return select(this.#entries); }
  getEntriesByName(name, type = undefined) { return select(this.#entries, name, type); }
  getEntriesByType(type) { return select(this.#entries, undefined, type); }
}
defineInterface(PerformanceObserverEntryList);
defineInspect(PerformanceObserverEntryList, []);

const TYPES = ['mark', 'measure'];
let tell;

class PerformanceObserver {
  #callback;
  #types = [];
  #waiting = [];

  static {
    tell = (observer, entry) => {
      if (!observer.#types.includes(entry.entryType)) return;
      observer.#waiting.push(entry);
      if (observer.#waiting.length === 1) queueMicrotask(() => observer.#run());
    };
  }

  constructor(callback) {
    if (typeof callback !== 'function') {
      throw badConstructorArgument('PerformanceObserver', 1, 'Function');
    }
    this.#callback = callback;
  }
  static get supportedEntryTypes() { return [...TYPES]; }
  observe(options = undefined) {
    // A `type` is one more, `entryTypes` are all.
    const isOneMore = options?.type !== undefined;
    const types = (isOneMore ? [options.type] : [...options?.entryTypes ?? []]).map((type) => `${type}`);
    this.#types = isOneMore ? [...this.#types, ...types] : types;
    observers.add(this);
    if (options?.buffered) {
      for (const entry of timeline) if (types.includes(entry.entryType)) tell(this, entry);
    }
  }
  disconnect() {
    observers.delete(this);
    this.#types = [];
    this.#waiting = [];
  }
  takeRecords() {
    const records = this.#waiting;
    this.#waiting = [];
    return records;
  }
  #run() {
    const entries = this.takeRecords();
    if (entries.length === 0) return;
    this.#callback.call(this, new PerformanceObserverEntryList(MAKE, entries), this);
  }
}
defineInterface(PerformanceObserver);
defineInspect(PerformanceObserver, []);

module.exports = {
  PerformanceEntry, PerformanceMark, PerformanceMeasure, PerformanceObserver,
  PerformanceObserverEntryList, clear, find, mark, measure,
};
