// Errors that cross isolates: what is kept, and how they are made again on the other side
// (spec/service-bindings.md section 6).
'use strict';

const { state } = require('internal/context');
const { ENHANCED_ERROR_SERIALIZATION } = require('internal/flags');

const BUILT_IN = {
  AggregateError, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, Error,
};
// Of errors that are about to cross: a sentence for the stack on the other side.
const hints = new WeakMap();

const DOM_PREFIX = 'DOMException:';

function text(value) {
  try {
    return `${value}`;
  } catch {
    return typeof value === 'symbol' ? value.toString() : '[object]';
  }
}

// The type and message of `error` as the other side will see them, in an array [type, message, extra];
// `extra` is undefined or an object to be cloned across.
function describeError(error) {
  if (typeof error !== 'object' || error === null) return ['Error', text(error), undefined];
  const dom = require.loaded('internal/dom_exception');
  if (dom !== undefined && error instanceof dom.DOMException) {
    return [DOM_PREFIX + error.name, text(error.message), undefined];
  }
  if (!(error instanceof Error)) {
    if (state.flags & ENHANCED_ERROR_SERIALIZATION) return ['', '', { thrown: error }];
    return ['Error', `#<${error.constructor?.name || 'Object'}>`, undefined];
  }
  let name = 'Error';
  let message = '';
  try {
    name = text(error.name);
    message = text(error.message);
  } catch {
    // A getter of the user's threw; the defaults say enough.
  }
  let type = 'Error';
  for (let proto = error; proto !== null; proto = Object.getPrototypeOf(proto)) {
    const known = proto.constructor?.name;
    if (known !== undefined && BUILT_IN[known] !== undefined) {
      type = known;
      break;
    }
  }
  if (state.flags & ENHANCED_ERROR_SERIALIZATION) {
    const extra = { name };
    const own = {};
    for (const key of Object.keys(error)) own[key] = error[key];
    if (Object.keys(own).length > 0) extra.own = own;
    if ('cause' in error) extra.cause = error.cause;
    if (error instanceof AggregateError) extra.errors = [...error.errors];
    return [type, message, extra];
  }
  if (BUILT_IN[name] === undefined) return ['Error', message === '' ? name : `${name}: ${message}`, undefined];
  return [BUILT_IN[name] === undefined ? type : name, message, undefined];
}

// The error that `type` and `message` describe. `remote` marks one that was thrown in another worker.
function makeError(type, message, remote, extra) {
  if (extra !== undefined && 'thrown' in extra) {
    const { thrown } = extra;
    if (remote && typeof thrown === 'object' && thrown !== null) thrown.remote = true;
    return thrown;
  }
  let error;
  if (type.startsWith(DOM_PREFIX)) {
    const { DOMException } = require('internal/dom_exception');
    error = new DOMException(message, type.slice(DOM_PREFIX.length));
  } else {
    const Class = BUILT_IN[type] ?? Error;
    error = Class === AggregateError ? new Class(extra?.errors ?? [], message) : new Class(message);
    if (extra !== undefined) {
      // Own properties of any kind arrive as enumerable ones, as in workerd.
      if (extra.name !== undefined && extra.name !== error.name) error.name = extra.name;
      if (extra.own !== undefined) Object.assign(error, extra.own);
      if ('cause' in extra) error.cause = extra.cause;
      if (extra.errors !== undefined) error.errors = extra.errors;
    }
  }
  if (remote) error.remote = true;
  return error;
}

module.exports = { hints, describeError, makeError };
