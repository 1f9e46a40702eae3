// Deep equality as assert.deepStrictEqual() and assert.deepEqual() define it.
// https://nodejs.org/api/assert.html#comparison-details_1
import * as types from "../../util/types.mjs";
import { bytesOf } from "../bytes.mjs";

const isObject = (value) => typeof value === "object" && value !== null;
const tagOf = (value) => Object.prototype.toString.call(value);
const enumerable = Object.prototype.propertyIsEnumerable;
const symbolsOf = (value) => Object.getOwnPropertySymbols(value).filter((key) => enumerable.call(value, key));

class Comparison {
  // Pairs under comparison: met again inside themselves they are taken for equal.
  pairs = new Map();

  constructor(strict) {
    this.strict = strict;
  }

  same(a, b) {
    if (a === b) return a !== 0 || !this.strict || Object.is(a, b);
    if (this.strict) {
      if (!isObject(a) || !isObject(b)) return Number.isNaN(a) && Number.isNaN(b);
      if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
    } else {
      if (!isObject(a) || !isObject(b)) return (!isObject(a) && !isObject(b) && a == b) || (a !== a && b !== b);
    }
    if (tagOf(a) !== tagOf(b)) return false;
    if (!this.sameKind(a, b)) return false;
    if (this.pairs.get(a) === b) return true;
    const before = this.pairs.get(a);
    this.pairs.set(a, b);
    const same = this.sameContent(a, b);
    if (before === undefined) this.pairs.delete(a);
    else this.pairs.set(a, before);
    return same;
  }

  // What the objects are beside their properties.
  sameKind(a, b) {
    for (const is of [Array.isArray, types.isMap, types.isSet, types.isDate, types.isRegExp, types.isNativeError]) {
      if (is(a) !== is(b)) return false;
    }
    if (Array.isArray(a)) return a.length === b.length;
    if (types.isDate(a)) return Object.is(Date.prototype.getTime.call(a), Date.prototype.getTime.call(b));
    if (types.isRegExp(a)) return a.source === b.source && a.flags === b.flags && a.lastIndex === b.lastIndex;
    if (types.isNativeError(a)) {
      return a.message === b.message && a.name === b.name && this.same(a.cause, b.cause) && this.same(a.errors, b.errors);
    }
    if (types.isBoxedPrimitive(a)) return types.isBoxedPrimitive(b) && Object.is(a.valueOf(), b.valueOf());
    if (types.isArrayBufferView(a) || types.isAnyArrayBuffer(a)) return this.sameBytes(a, b);
    if (types.isMap(a) || types.isSet(a)) return a.size === b.size;
    return !(types.isWeakMap(a) || types.isWeakSet(a) || types.isPromise(a));
  }

  sameBytes(a, b) {
    // Numbers, not bits: 0 and -0 are equal to a loose comparison, NaNs to every one.
    if (types.isFloat32Array(a) || types.isFloat64Array(a)) {
      return a.length === b.length && a.every((value, i) => (this.strict ? Object.is(value, b[i]) : this.same(value, b[i])));
    }
    const [left, right] = [bytesOf(a), bytesOf(b)];
    return left.length === right.length && left.every((byte, i) => byte === right[i]);
  }

  sameContent(a, b) {
    if (types.isSet(a) && !this.sameSets(a, b)) return false;
    if (types.isMap(a) && !this.sameMaps(a, b)) return false;
    if (types.isTypedArray(a)) {
      const own = (value) => Object.keys(value).filter((key) => !/^\d+$/.test(key));
      return this.sameProperties(a, b, own(a), own(b));
    }
    return this.sameProperties(a, b, Object.keys(a), Object.keys(b));
  }

  sameProperties(a, b, keys, others) {
    if (keys.length !== others.length) return false;
    const all = this.strict ? [...keys, ...symbolsOf(a)] : keys;
    if (this.strict && all.length !== others.length + symbolsOf(b).length) return false;
    return all.every((key) => enumerable.call(b, key) && this.same(a[key], b[key]));
  }

  sameSets(a, b) {
    const rest = [...b].filter((value) => !a.has(value));
    for (const value of a) {
      if (b.has(value)) continue;
      const at = rest.findIndex((other) => this.same(value, other));
      if (at < 0) return false;
      rest.splice(at, 1);
    }
    return rest.length === 0;
  }

  sameMaps(a, b) {
    const rest = [...b].filter(([key]) => !a.has(key));
    for (const [key, value] of a) {
      if (b.has(key)) {
        if (!this.same(value, b.get(key))) return false;
        continue;
      }
      const at = rest.findIndex(([other, held]) => this.same(key, other) && this.same(value, held));
      if (at < 0) return false;
      rest.splice(at, 1);
    }
    return rest.length === 0;
  }
}

export const isDeepStrictEqual = (a, b) => new Comparison(true).same(a, b);
export const isDeepEqual = (a, b) => new Comparison(false).same(a, b);

// Whether all that `part` has is in `whole`, too.
export function isPartiallyEqual(whole, part) {
  if (!isObject(whole) || !isObject(part)) return isDeepStrictEqual(whole, part);
  if (tagOf(whole) !== tagOf(part) || Object.getPrototypeOf(whole) !== Object.getPrototypeOf(part)) return false;
  if (types.isMap(part)) {
    return [...part].every(([key, value]) => whole.has(key) && isPartiallyEqual(whole.get(key), value));
  }
  if (types.isSet(part) || Array.isArray(part)) {
    const rest = [...whole];
    return [...part].every((value) => {
      const at = rest.findIndex((other) => isPartiallyEqual(other, value));
      if (at >= 0) rest.splice(at, 1);
      return at >= 0;
    });
  }
  if (!new Comparison(true).sameKind(whole, part)) return false;
  return Reflect.ownKeys(part).filter((key) => enumerable.call(part, key))
    .every((key) => enumerable.call(whole, key) && isPartiallyEqual(whole[key], part[key]));
}
