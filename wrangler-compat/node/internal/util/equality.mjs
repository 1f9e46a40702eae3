// Deep equality as assert.deepStrictEqual() and assert.deepEqual() define it.
// https://nodejs.org/api/assert.html#comparison-details_1
import * as types from "../../util/types.mjs";
import { bytesOf } from "../bytes.mjs";

const isUrl = (value) => value instanceof URL;
const isObject = (value) => typeof value === "object" && value !== null;
const tagOf = (value) => Object.prototype.toString.call(value);
const enumerable = Object.prototype.propertyIsEnumerable;
const symbolsOf = (value) => Object.getOwnPropertySymbols(value).filter((key) => enumerable.call(value, key));

const isIndex = (key) => /^(0|[1-9]\d*)$/.test(key);
const isSameClass = (a, b) => (a.constructor !== undefined && !Object.hasOwn(a, "constructor")
  ? a.constructor === b.constructor : Object.getPrototypeOf(a) === Object.getPrototypeOf(b));
const elementsOf = (list) => Object.keys(list).filter(isIndex).map((key) => list[key]);

// Whether all of `part` are in `whole`, in this order, with others between them.
function isSubsequence(whole, part, same) {
  let at = 0;
  for (const value of part) {
    while (at < whole.length && !same(whole[at], value)) at++;
    if (at++ >= whole.length) return false;
  }
  return true;
}

class Comparison {
  // Pairs under comparison, which are taken for equal when they meet again inside themselves.
  pairs = new Map();
  partners = new Set();

  // "strict", "loose", or "partial": `a` may have more than `b`.
  constructor(mode) {
    this.strict = mode !== "loose";
    this.partial = mode === "partial";
  }

  same(a, b) {
    if (a === b) return a !== 0 || !this.strict || Object.is(a, b);
    if (!isObject(a) || !isObject(b)) {
      const loosely = !this.strict && !isObject(a) && !isObject(b) && a == b;
      return loosely || (a !== a && b !== b);
    }
    if (this.strict && !this.partial && !isSameClass(a, b)) return false;
    if (tagOf(a) !== tagOf(b)) return false;
    if (!this.sameKind(a, b)) return false;
    if (this.pairs.has(a) || this.partners.has(b)) return this.pairs.get(a) === b;
    this.pairs.set(a, b);
    this.partners.add(b);
    const same = this.sameContent(a, b);
    this.pairs.delete(a);
    this.partners.delete(b);
    return same;
  }

  sameCount(a, b) {
    return this.partial ? a >= b : a === b;
  }

  // What the objects are beside their properties.
  sameKind(a, b) {
    for (const is of [Array.isArray, types.isMap, types.isSet, types.isDate, types.isRegExp, types.isNativeError, isUrl]) {
      if (is(a) !== is(b)) return false;
    }
    if (Array.isArray(a)) return this.sameCount(a.length, b.length);
    if (types.isDate(a)) return Object.is(Date.prototype.getTime.call(a), Date.prototype.getTime.call(b));
    if (types.isRegExp(a)) return a.source === b.source && a.flags === b.flags && a.lastIndex === b.lastIndex;
    if (types.isNativeError(a)) return this.sameErrors(a, b);
    if (types.isBoxedPrimitive(a)) return types.isBoxedPrimitive(b) && Object.is(a.valueOf(), b.valueOf());
    if (types.isArrayBufferView(a) || types.isAnyArrayBuffer(a)) return this.sameBytes(a, b);
    if (types.isMap(a) || types.isSet(a)) return this.sameCount(a.size, b.size);
    if (isUrl(a)) return a.href === b.href;
    return !(types.isWeakMap(a) || types.isWeakSet(a) || types.isPromise(a));
  }

  sameErrors(a, b) {
    for (const name of ["message", "name"]) {
      if (a[name] !== b[name] && !(this.partial && !b[name])) return false;
    }
    return ["cause", "errors"].every((name) => {
      const [has, wanted] = [Object.hasOwn(a, name), Object.hasOwn(b, name)];
      if (this.partial && !wanted) return true;
      return has === wanted && this.same(a[name], b[name]);
    });
  }

  sameBytes(a, b) {
    const isSame = (one, other) => one === other;
    if (this.partial) return isSubsequence(bytesOf(a), bytesOf(b), isSame);
    // Numbers, not bits: 0 and -0 are equal to a loose comparison, NaNs to every one.
    if (types.isFloat16Array(a) || types.isFloat32Array(a) || types.isFloat64Array(a)) {
      return a.length === b.length && a.every((value, i) => (this.strict ? Object.is(value, b[i]) : this.same(value, b[i])));
    }
    const [left, right] = [bytesOf(a), bytesOf(b)];
    return left.length === right.length && left.every((byte, i) => byte === right[i]);
  }

  sameContent(a, b) {
    if (types.isSet(a) && !this.sameSets(a, b)) return false;
    if (types.isMap(a) && !this.sameMaps(a, b)) return false;
    const inOrder = this.partial && Array.isArray(a);
    if (inOrder && !isSubsequence(elementsOf(a), elementsOf(b), (one, other) => this.same(one, other))) return false;
    const skips = inOrder || types.isTypedArray(a);
    const keysOf = (value) => (skips ? Object.keys(value).filter((key) => !isIndex(key)) : Object.keys(value));
    return this.sameProperties(a, b, keysOf(a), keysOf(b));
  }

  sameProperties(a, b, keys, wanted) {
    if (!this.sameCount(keys.length, wanted.length)) return false;
    const all = this.strict ? [...wanted, ...symbolsOf(b)] : wanted;
    if (this.strict && !this.sameCount(keys.length + symbolsOf(a).length, all.length)) return false;
    return all.every((key) => enumerable.call(a, key) && this.same(a[key], b[key]));
  }

  sameSets(a, b) {
    const rest = [...b].filter((value) => !a.has(value));
    for (const value of a) {
      if (b.has(value)) continue;
      const at = rest.findIndex((other) => this.same(value, other));
      if (at >= 0) rest.splice(at, 1);
      else if (!this.partial) return false;
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
      if (at >= 0) rest.splice(at, 1);
      else if (!this.partial) return false;
    }
    return rest.length === 0;
  }
}

export const isDeepStrictEqual = (a, b) => new Comparison("strict").same(a, b);
export const isDeepEqual = (a, b) => new Comparison("loose").same(a, b);
// Whether all that `part` has is in `whole`, too.
export const isPartiallyEqual = (whole, part) => new Comparison("partial").same(whole, part);
