// A rate limiting binding: env.NAME.limit({ key }).
//
// https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/; spec/wrangler.md section 6.7
'use strict';

const { defineInterface } = require('internal/webidl');

const { keys } = Object;
const { isFinite } = Number;
const { trunc } = Math;

const MAX_UINT32 = 0xffffffff;

function isKnown(name) {
  return name === 'key' || name === 'limit' || name === 'period' || name === 'delta';
}

// Web IDL's unsigned long with [EnforceRange], and not 0.
function weightOf(delta) {
  const value = +delta;
  if (!isFinite(value)) throw new TypeError('The value cannot be converted because it is not an integer.');
  if (value < 0) {
    throw new TypeError(
      'The value cannot be converted because it is negative and this API expects a positive number.');
  }
  if (value > MAX_UINT32) {
    throw new TypeError(`Value out of range. Must be less than or equal to ${MAX_UINT32}.`);
  }
  const weight = trunc(value);
  if (weight === 0) throw new RangeError('delta must be non-zero');
  return weight;
}

let make;

class RateLimit {
  #namespace;
  #limit;
  #period;

  constructor(key, configuration) {
    if (key !== make) throw new TypeError('Illegal constructor');
    this.#namespace = configuration.namespace;
    this.#limit = configuration.limit;
    this.#period = configuration.period;
  }

  async limit(options) {
    if (typeof options !== 'object' || options === null) throw new Error('invalid rate limit options');
    const names = keys(options);
    let unknown = '';
    for (let i = 0; i < names.length; i++) {
      if (!isKnown(names[i])) unknown += (unknown === '' ? '' : ',') + names[i];
    }
    if (unknown !== '') throw new Error(`bad rate limit options: [${unknown}]`);
    const { key = '', limit = this.#limit, period = this.#period, delta = 1 } = options;
    if (typeof key !== 'string') throw new Error(`invalid key: ${key}`);
    if (typeof limit !== 'number') throw new Error(`limit must be a number: ${limit}`);
    if (typeof period !== 'number') throw new Error(`period must be a number: ${period}`);
    if (period !== 10 && period !== 60) throw new Error(`unsupported period: ${period}`);
    return { success: native.rateLimitTake(this.#namespace, key, limit, period, weightOf(delta)) };
  }

  static {
    make = (configuration) => new RateLimit(make, configuration);
  }
}
defineInterface(RateLimit);

module.exports = { make };
