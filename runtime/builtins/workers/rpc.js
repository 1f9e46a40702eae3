// Method calls as one, for the modules that are in the snapshot: loaded with the first call.
'use strict';

const { EVENT, onMethodResult, property, start, values } = require('workers/rpc_stub');
const { handleMethod, handleStubCall, makeLocalStub, onDropped } = require('workers/rpc_target');
const { describeObject, reviveObject, store, untransferable } = require('workers/rpc_values');

module.exports = {
  EVENT,
  describeObject,
  handleMethod,
  handleStubCall,
  makeLocalStub,
  onDropped,
  onMethodResult,
  property,
  reviveObject,
  start,
  store,
  untransferable,
  values,
};
