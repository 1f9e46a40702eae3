// setTimeout and friends. A timer belongs to the request that set it and ends with it.
'use strict';

const { requireContext, state, enterContext, getFrame, putOff, setFrame } = require('internal/context');

// setTimeout's delays are 32-bit; more means "at once" in browsers, and "as long as possible" here.
const MAX_DELAY = 2 ** 31 - 1;

function start(callback, delay, args, repeat, name) {
  if (typeof callback !== 'function') {
    throw new TypeError(
      `Failed to execute '${name}' on 'ServiceWorkerGlobalScope': parameter 1 is not of type 'Function'.`,
    );
  }
  const io = requireContext();
  let ms = Number(delay);
  if (!(ms > 0)) ms = 0;
  else if (ms > MAX_DELAY) ms = MAX_DELAY;
  const id = native.timerStart(io.id, ms, repeat);
  if (id === 0) return 0;
  (io.timers ??= new Map()).set(id, { callback, args, repeat, frame: getFrame() });
  return id;
}

function setTimeout(callback, delay = 0, ...args) {
  return start(callback, delay, args, false, 'setTimeout');
}

function setInterval(callback, delay = 0, ...args) {
  return start(callback, delay, args, true, 'setInterval');
}

function clearTimeout(id) {
  const io = state.current;
  if (io === null || io.timers === undefined) return;
  id = Number(id);
  if (io.timers.delete(id)) native.timerStop(io.id, id);
}

function clearInterval(id) {
  clearTimeout(id);
}

// https://developer.mozilla.org/en-US/docs/Web/API/Scheduler, with Workers' wait().
const scheduler = {
  wait(delay, options = undefined) {
    return new Promise((resolve, reject) => {
      const signal = options?.signal;
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const abort = signal === undefined ? undefined : require('web/abort');
      let ended;
      const id = setTimeout(() => {
        if (ended !== undefined) abort.removeAbortAlgorithm(signal, ended);
        resolve();
      }, delay);
      if (signal === undefined) return;
      ended = (reason) => {
        clearTimeout(id);
        reject(reason);
      };
      abort.addAbortAlgorithm(signal, ended);
    });
  },
};

// --- entered from C++ ---

function onTimer(ioId, id) {
  const io = enterContext(ioId);
  const timer = io?.timers?.get(id);
  if (timer === undefined) return;
  if (putOff(io, timer.frame.section, () => onTimer(ioId, id))) return;
  if (!timer.repeat) io.timers.delete(id);
  setFrame(timer.frame);
  try {
    Reflect.apply(timer.callback, globalThis, timer.args);
  } catch (error) {
    native.reportUncaught(error, 'timer');
  }
}

module.exports = { scheduler, setTimeout, setInterval, clearTimeout, clearInterval, onTimer };
