// What tail Workers are told of an invocation beside what C++ knows: console lines and exceptions. Used
// only in Workers that have tail consumers (flag TAILED).
'use strict';

const { promiseThen, setPrototypeOf, stringify } = require('internal/primordials');

const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

function text(value) {
  try {
    return `${value}`;
  } catch {
    return typeof value === 'symbol' ? value.toString() : '[object]';
  }
}

// The frames of a stack, without the line that repeats name and message and without those of built-ins.
function framesOf(error) {
  try {
    const { stack } = error;
    if (typeof stack !== 'string') return undefined;
    const frames = [];
    for (const line of stack.split('\n')) {
      if (/^ {4}at /.test(line) && !line.includes('isolane:')) frames.push(line);
    }
    return frames.length === 0 ? undefined : frames.join('\n');
  } catch {
    return undefined;
  }
}

function shapeOf(error) {
  if (!(error instanceof Error)) {
    if (!isObject(error)) return { name: 'Error', message: text(error), stack: undefined };
    return { name: 'Error', message: `#<${text(error.constructor?.name || 'Object')}>`, stack: undefined };
  }
  let name = 'Error';
  let message = '';
  try {
    name = text(error.name);
    message = text(error.message);
  } catch {
    // A getter of the Worker's: the defaults say enough.
  }
  return { name, message, stack: framesOf(error) };
}

// A Worker's proxies and getters may throw, which is not for who notes it.
function describe(error) {
  try {
    return shapeOf(error);
  } catch {
    return { name: 'Error', message: text(error), stack: undefined };
  }
}

function note(io, callId, error, fails) {
  const { name, message, stack } = describe(error);
  native.tailException(io.id, callId, name, message, stack, fails);
}

// An exception of this invocation that nobody caught. `callId`: of the call on a Durable Object, if known.
function noteException(io, error, callId = 0) {
  note(io, callId, error, false);
}

// One that makes the invocation a failed one, whatever is answered.
function noteFailure(io, error) {
  note(io, 0, error, true);
}

// An event of a Durable Object that is no call begins. The function that this gives is called when it
// is over, with what it has thrown.
function noteEvent(io, info) {
  const number = native.tailBegin(io.id, stringify(setPrototypeOf(info, null)));
  return (failed, error) => {
    if (failed) note(io, number, error, true);
    // Of an alarm workerd does not say that it has returned.
    native.tailEnd(io.id, number, !failed && info.type === 'webSocket');
  };
}

// A stream has failed that goes into the native pipe `writer`: that of a response is a failure.
function noteStream(io, writer, error) {
  const { name, message, stack } = describe(error);
  native.tailStream(io.id, writer, name, message, stack);
}

// The handler of the event that `io` is about has given `result`.
function noteReturn(io, result) {
  const tell = () => native.tailReturn(io.id);
  if (result instanceof Promise) promiseThen.call(result, tell, () => {});
  else tell();
}

// What is noted next, a line or a call, is part of the span that is active here.
function noteSpan(io) {
  native.tailActive(io.id, require.loaded('workers/tracing')?.activeSpanId() ?? '');
}

// span.recordException(error)
function noteSpanException(io, rootId, spanId, error) {
  const { name, message, stack } = describe(error);
  native.tailSpanException(io.id, rootId, spanId, name, message,
    stack === undefined ? undefined : `${name}: ${message}\n${stack}`);
}

// --- console lines ---

// What stands for an argument in the JSON of a line.
function encode(argument) {
  switch (typeof argument) {
    case 'string':
    case 'boolean':
    case 'number':
      return stringify(argument);
    case 'undefined':
      return 'null';
    case 'bigint':
      return stringify(text(argument));
    case 'symbol':
      return '{}';
    case 'function':
      return stringify(text(argument));
  }
  if (argument === null) return 'null';
  if (argument instanceof Error) return stringify(text(argument));
  try {
    return stringify(argument) ?? 'null';
  } catch {
    // Cycles, a BigInt inside, a toJSON() that throws.
    return stringify(require('internal/inspect').inspect(argument));
  }
}

// The console has written a line with these arguments.
function noteLog(io, level, args) {
  noteSpan(io);
  const parts = setPrototypeOf([], null);
  let errors;
  for (let i = 0; i < args.length; i++) {
    parts[i] = encode(args[i]);
    if (!(args[i] instanceof Error)) continue;
    errors ??= setPrototypeOf(new Array(args.length), null);
    errors[i] = setPrototypeOf(describe(args[i]), null);
  }
  let list = '';
  for (let i = 0; i < parts.length; i++) list += (i === 0 ? '' : ',') + parts[i];
  native.tailLog(io.id, level, `[${list}]`, errors === undefined ? undefined : stringify(errors));
}

module.exports = { noteEvent, noteException, noteFailure, noteLog, noteReturn, noteSpan, noteSpanException, noteStream };
