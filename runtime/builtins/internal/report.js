// Where exceptions go that nobody can catch: those of event listeners, of microtasks, of reportError().
'use strict';

const { state } = require('internal/context');
const { TAILED } = require('internal/flags');

// Set by web/event_target.js: dispatches an `error` event, returns whether it was handled.
const hooks = {
  dispatchErrorEvent: null,
};

let reporting = false;

function describe(error) {
  try {
    return `Uncaught ${error}`;
  } catch {
    return 'Uncaught exception';
  }
}

function log(error) {
  const { inspect } = require('internal/inspect');
  native.consoleWrite?.('error', `Uncaught ${inspect(error)}`);
  const { current, flags } = state;
  if (flags & TAILED && current !== null) require('internal/notes').noteException(current, error);
}

// Reports `error` to the `error` listeners of the global scope, then to the log.
function report(error) {
  // An exception inside of an `error` listener must not start the next round.
  if (!reporting && hooks.dispatchErrorEvent !== null) {
    reporting = true;
    try {
      if (hooks.dispatchErrorEvent(error, describe(error))) return;
    } finally {
      reporting = false;
    }
  }
  log(error);
}

module.exports = { hooks, report };
