// A data set of Analytics Engine: env.NAME.writeDataPoint().
//
// https://developers.cloudflare.com/analytics/analytics-engine/
'use strict';

const { inspect } = require('internal/inspect');
const { defineInterface } = require('internal/webidl');

let make;

class AnalyticsEngineDataset {
  #dataset;

  constructor(key, configuration) {
    if (key !== make) throw new TypeError('Illegal constructor');
    this.#dataset = configuration.dataset;
  }

  // As in wrangler there is no data base behind it; the observer of the runtime is told.
  writeDataPoint(event = undefined) {
    const dataset = this.#dataset;
    if (native.dataPointsWanted()) native.dataPoint(dataset, inspect(event));
  }

  static {
    make = (configuration) => new AnalyticsEngineDataset(make, configuration);
  }
}
defineInterface(AnalyticsEngineDataset);

module.exports = { make };
