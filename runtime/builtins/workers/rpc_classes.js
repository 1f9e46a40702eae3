// RpcStub, RpcPromise and RpcProperty of "cloudflare:workers". Apart from what they stand for
// (workers/rpc_stub.js), since whoever imports that module gets them, used or not.
'use strict';

const { state } = require('internal/context');
const { SET_TOSTRING_TAG } = require('internal/flags');
const { defineProperty } = require('internal/webidl');

// They exist for instanceof, and for `new RpcStub(object)`.
class RpcStub {
  constructor(object) {
    return require('workers/rpc').makeLocalStub(object);
  }
}

class RpcPromise {
  constructor() {
    throw new TypeError('Illegal constructor');
  }
}

class RpcProperty {
  constructor() {
    throw new TypeError('Illegal constructor');
  }
}

function tag(Class, value) {
  defineProperty(Class.prototype, Symbol.toStringTag, { value, configurable: true });
}

if (state.flags & SET_TOSTRING_TAG) {
  tag(RpcStub, 'JsRpcStub');
  tag(RpcPromise, 'JsRpcPromise');
  tag(RpcProperty, 'JsRpcProperty');
}

module.exports = { RpcStub, RpcPromise, RpcProperty };
