// Intrinsics as they are before any Worker's code has run, for built-ins that are loaded late.
'use strict';

const Native = Promise;
const { catch: promiseCatch, finally: promiseFinally, then: promiseThen } = Native.prototype;
const { getOwnPropertyNames, getPrototypeOf, hasOwn, prototype: objectPrototype, setPrototypeOf } = Object;
const { captureStackTrace } = Error;
const { parse, stringify } = JSON;
const { Uint8Array } = globalThis;

// Stands for the class in code that takes its functions when it is loaded: `new` gives real promises.
function SafePromise(executor) {
  return new Native(executor);
}
SafePromise.resolve = Native.resolve.bind(Native);
SafePromise.reject = Native.reject.bind(Native);
SafePromise.all = Native.all.bind(Native);
SafePromise.prototype = { then: promiseThen };

module.exports = {
  Promise: SafePromise,
  Uint8Array,
  captureStackTrace,
  getOwnPropertyNames,
  getPrototypeOf,
  hasOwn,
  objectPrototype,
  parse,
  promiseCatch,
  promiseFinally,
  promiseThen,
  setPrototypeOf,
  stringify,
};
