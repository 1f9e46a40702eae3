// Errors of steps and of run(): what is kept of them, and what is thrown for it. As at Cloudflare, where they
// cross from one Worker to another, an error of a class of the Worker's own is an Error that says its name.
'use strict';

const { fits, match } = require('workers/workflow_rules');

const { apply } = Reflect;
const { slice } = String.prototype;

const BUILT_IN = {
  __proto__: null, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, Error,
};

// Of what is kept: a message may have grown over any bound.
const LONGEST_TEXT = 64 * 1024;

function text(value) {
  try {
    const all = `${value}`;
    return all.length > LONGEST_TEXT ? apply(slice, all, [0, LONGEST_TEXT]) : all;
  } catch {
    return typeof value === 'symbol' ? 'Symbol()' : '[object]';
  }
}

// { name, message, stack, dom } of whatever was thrown. `dom`: it was a DOMException.
function keptError(error) {
  try {
    if (error instanceof Error) return keptOfError(error);
  } catch {
    // A Proxy that was revoked, or a Symbol.hasInstance of the Worker's.
  }
  return { name: 'Error', message: text(error), stack: undefined, dom: false };
}

function keptOfError(error) {
  let name = 'Error';
  let message = '';
  let stack;
  try {
    name = text(error.name);
    message = text(error.message);
    ({ stack } = error);
  } catch {
    // A getter of the Worker's: the defaults say enough.
  }
  const dom = require.loaded('internal/dom_exception')?.isDOMException(error) === true;
  if (!dom && BUILT_IN[name] === undefined) {
    message = message === '' ? name : `${name}: ${message}`;
    name = 'Error';
  }
  return { name, message, stack: typeof stack === 'string' ? text(stack) : undefined, dom };
}

function thrownError({ name, message, stack, dom }) {
  if (dom) return new (require('internal/dom_exception').DOMException)(message, name);
  const error = new (BUILT_IN[name] ?? Error)(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

// Of the runtime itself: "WorkflowTimeoutError: ...".
const workflowError = (name, message) => new Error(`${name}: ${message}`);
const fatalError = (message) => workflowError('WorkflowFatalError', message);

// A step that throws one is not tried again.
const isNonRetryable = ({ message }) => fits(/^NonRetryableError/, message);

// As what was thrown, whose name stands in its message.
const preservedError = ({ message }) => ({
  name: 'NonRetryableError', message: apply(slice, message, [match(/^NonRetryableError:?\s*/, message)[0].length]),
});

module.exports = { fatalError, isNonRetryable, keptError, preservedError, thrownError, workflowError };
