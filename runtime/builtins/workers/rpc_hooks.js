// The ways into method calls (workers/rpc.js) from C++, which keeps these functions for the life of the
// isolate. They bring the rest in with the first call.
'use strict';

let rpc;
const load = () => (rpc = require('workers/rpc'));

// --- entered from C++ ---

function handleMethod(ioId, number, depth, entrypoint, props, callId, path, operation, args) {
  (rpc ?? load()).handleMethod(ioId, number, depth, entrypoint, props, callId, path, operation, args);
}

function handleStubCall(ioId, callId, exportId, depth, path, operation, args) {
  (rpc ?? load()).handleStubCall(ioId, callId, exportId, depth, path, operation, args);
}

function onMethodResult(ioId, callId, form, value) {
  (rpc ?? load()).onMethodResult(ioId, callId, form, value);
}

function onDropped(ioId, exportId) {
  (rpc ?? load()).onDropped(ioId, exportId);
}

function describeObject(object) {
  return (rpc ?? load()).describeObject(object);
}

function reviveObject(parts) {
  return (rpc ?? load()).reviveObject(parts);
}

module.exports = { describeObject, handleMethod, handleStubCall, onDropped, onMethodResult, reviveObject };
