// queueMicrotask and reportError, https://html.spec.whatwg.org/#microtask-queuing
'use strict';

const { badArgument } = require('internal/webidl');
const { report } = require('internal/report');
const { getFrame, setFrame } = require('internal/context');

/** @param {() => void} callback */
function queueMicrotask(callback) {
  if (typeof callback !== 'function') {
    throw badArgument('queueMicrotask', 'ServiceWorkerGlobalScope', 1, 'function');
  }
  const frame = getFrame();
  native.enqueueMicrotask(() => {
    setFrame(frame);
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
