// What the console shows for an object that is not made before somebody asks for it.
'use strict';

const { INSPECT, defineProperty } = require('internal/webidl');

class Shown {
  constructor(name, view, marks = undefined) {
    this.name = name;
    this.view = view;
    this.marks = marks;
  }
}
defineProperty(Shown.prototype, INSPECT, {
  value(depth, options, inspect) {
    return inspect.named(this.name, this.view, depth, options, this.marks);
  },
});

// `length`: in bytes; undefined: nobody knows.
function shownStream(locked, state, supportsBYOB, length) {
  return new Shown('ReadableStream', { locked },
    { state, supportsBYOB, length: length === undefined ? undefined : BigInt(length) });
}

const shownSignal = () => new Shown('AbortSignal', { aborted: false, reason: undefined, onabort: null });

module.exports = { shownSignal, shownStream };
