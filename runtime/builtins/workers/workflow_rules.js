// What may be said of Workflows: ids, names of steps, durations, how steps are tried again. Texts are those of
// wrangler dev.
//
// https://developers.cloudflare.com/workflows/build/workers-api/
'use strict';

const LONGEST_ID = 100;
const LONGEST_ADDRESSED_ID = 271;
const LONGEST_STEP_NAME = 256;
const DEFAULT_STEP_LIMIT = 10_000;
// The last moment that a Date knows.
const LATEST = 8.64e15;
const DEFAULT_RETRY_DELAY = 1000;
const DEFAULT_RETRIES = 5;
const DEFAULT_TIMEOUT = '10 minutes';
const DEFAULT_EVENT_TIMEOUT = '24 hours';
// Stands for a delay that is a function in what is kept.
const DYNAMIC_DELAY = '[dynamic]';

const { isArray } = Array;
const { isInteger } = Number;
const { min } = Math;
const { now } = Date;
const { keys } = Object;
const { exec } = RegExp.prototype;
const { apply } = Reflect;

const match = (pattern, text) => apply(exec, pattern, [text]);
const fits = (pattern, text) => match(pattern, text) !== null;

const UNITS = {
  __proto__: null, year: 31_557_600_000, month: 2_592_000_000, week: 604_800_000, day: 86_400_000, hour: 3_600_000,
  minute: 60_000, second: 1000, m: 1,
};

// Milliseconds of 3000 or "3 seconds"; NaN for what is no duration.
function durationOf(value) {
  const number = typeof value === 'symbol' ? NaN : +value;
  if (number === number || typeof value !== 'string') return number;
  const parts = match(/^([^ ]+) +(\w\w*?)s?$/, value);
  return parts === null ? NaN : +parts[1] * (UNITS[parts[2]] ?? 1);
}

// When `ms` from now are over.
const dueIn = (ms) => min(now() + ms, LATEST);

const isInstanceId = (id) =>
  typeof id === 'string' && id.length <= LONGEST_ID && fits(/^[a-zA-Z0-9_][a-zA-Z0-9-_]*$/, id);

// What may name an instance that exists: those that crons have made, too.
const isAddressedId = (id) =>
  typeof id === 'string' && id.length <= LONGEST_ADDRESSED_ID && fits(/^[a-zA-Z0-9, */#_-]+$/, id);

// Ids that createBatch({ instances }) refuses, beside those that are none.
const isReservedId = (id) =>
  id === 'batch' || id === 'terminate' || id === 'terminateAll' || fits(/^cf_[0-9a-f]{64}$/, id);

// eslint-disable-next-line no-control-regex
const isStepName = (name) => name.length <= LONGEST_STEP_NAME && !fits(/[\x00-\x1f]/, name);

const isObject = (value) => typeof value === 'object' && value !== null && !isArray(value);

function hasOnly(object, names) {
  const given = keys(object);
  for (let i = 0; i < given.length; i++) if (!(given[i] in names)) return false;
  return true;
}

const CONFIG = { __proto__: null, retries: 0, timeout: 0, sensitive: 0 };
const RETRIES = { __proto__: null, delay: 0, limit: 0, backoff: 0 };
const BACKOFFS = { __proto__: null, constant: 0, linear: 0, exponential: 0 };

const isAmount = (value) => typeof value === 'number' && value >= 0;
const isDuration = (value) =>
  (isAmount(value) || typeof value === 'string') && !Number.isNaN(durationOf(value));

function isRetries(retries) {
  if (!isObject(retries) || !hasOnly(retries, RETRIES) || !isAmount(retries.limit)) return false;
  if (retries.backoff !== undefined && !(retries.backoff in BACKOFFS)) return false;
  return typeof retries.delay === 'function' || isDuration(retries.delay);
}

function isStepConfig(config) {
  if (!isObject(config) || !hasOnly(config, CONFIG)) return false;
  const { retries, timeout, sensitive } = config;
  if (retries !== undefined && !isRetries(retries)) return false;
  if (timeout !== undefined && (!isDuration(timeout) || timeout == 0)) return false;
  return sensitive === undefined || sensitive === 'output';
}

// What is kept of a step's configuration: all of it, with the defaults.
function completeConfig({ retries = { __proto__: null }, timeout = DEFAULT_TIMEOUT, sensitive }) {
  const { delay = DEFAULT_RETRY_DELAY, limit = DEFAULT_RETRIES, backoff = 'exponential' } = retries;
  return { retries: { limit, delay: typeof delay === 'function' ? DYNAMIC_DELAY : delay, backoff }, timeout, sensitive };
}

// What the callback of a step sees of it.
function shownConfig({ retries: { limit, delay, backoff }, timeout, sensitive }) {
  const retries = { limit, backoff };
  if (delay !== DYNAMIC_DELAY) retries.delay = delay;
  const config = { retries, timeout };
  if (sensitive !== undefined) config.sensitive = sensitive;
  return config;
}

// How long to wait before the next attempt, when `attempts` have failed; NaN if `delay` is none.
function retryDelay(delay, backoff, attempts) {
  const base = durationOf(delay);
  if (!(base >= 0 && base < Infinity)) return NaN;
  if (backoff === 'exponential') return base * 2 ** (attempts - 1);
  return backoff === 'linear' ? base * attempts : base;
}

const isRetention = (value) => typeof value === 'number'
  ? isInteger(value) && value > 0 : typeof value === 'string' && durationOf(value) > 0;

module.exports = {
  DEFAULT_EVENT_TIMEOUT,
  DEFAULT_RETRY_DELAY,
  DEFAULT_STEP_LIMIT,
  DYNAMIC_DELAY,
  LATEST,
  LONGEST_STEP_NAME,
  completeConfig,
  dueIn,
  durationOf,
  fits,
  isAddressedId,
  isInstanceId,
  isReservedId,
  isRetention,
  isStepConfig,
  isStepName,
  match,
  retryDelay,
  shownConfig,
};
