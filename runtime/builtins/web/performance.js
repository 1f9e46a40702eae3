// performance, https://w3c.github.io/hr-time/
'use strict';

const { state } = require('internal/context');
const { defineInspect, defineInterface } = require('internal/webidl');
const { EventTarget } = require('web/event_target');

const MAKE = Symbol('Performance');

const entries = () => require('web/performance_entries');

/** https://w3c.github.io/hr-time/#sec-performance */
class Performance extends EventTarget {
  constructor(key = undefined) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    super();
  }

  // As in Workers: now() is what Date.now() says, and the clock does not run in global scope.
  get timeOrigin() { return 0; }
  now() { return state.current === null ? 0 : Math.floor(native.performanceNow()); }
  toJSON() { return { timeOrigin: 0 }; }

  mark(...args) { return entries().mark(...args); }
  measure(...args) { return entries().measure(...args); }
  clearMarks(name = undefined) { entries().clear('mark', name); }
  clearMeasures(name = undefined) { entries().clear('measure', name); }
  getEntries() { return entries().find(); }
  getEntriesByName(name, type = undefined) { return entries().find(name, type); }
  getEntriesByType(type) { return entries().find(undefined, type); }
  // Nobody records what was fetched, nor events.
  clearResourceTimings() {}
  setResourceTimingBufferSize() {}
  get eventCounts() { return new Map(); }
}
defineInterface(Performance);
defineInspect(Performance, ['timeOrigin']);

const performance = new Performance(MAKE);

module.exports = { Performance, performance };
