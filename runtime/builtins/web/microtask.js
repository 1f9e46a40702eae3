// queueMicrotask and reportError, https://html.spec.whatwg.org/#microtask-queuing
'use strict';

const { badArgument } = require('internal/webidl');
const { report } = require('internal/report');

/** @param {() => void} callback */
function queueMicrotask(callback) {
  if (typeof callback !== 'function') {
    throw badArgument('queueMicrotask', 'ServiceWorkerGlobalScope', 1, 'function');
  }
  native.enqueueMicrotask(() => {
    try {
      callback();
    } catch (error) {
      report(error);
    }
  });
}

/** @param {unknown} error */
function reportError(error) {
  if (arguments.length === 0) {
    throw badArgument('reportError', 'ServiceWorkerGlobalScope', 1, 'any');
  }
  report(error);
}

module.exports = { queueMicrotask, reportError };
