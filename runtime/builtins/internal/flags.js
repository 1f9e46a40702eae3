// Bits of state.flags: the compatibility flags that the built-in half acts upon. The same numbers are
// in runtime/worker/worker.cc.
'use strict';

module.exports = {
  SET_TOSTRING_TAG: 1,
  UPPER_CASE_ALL_HTTP_METHODS: 2,
  STRIP_AUTHORIZATION_ON_CROSS_ORIGIN_REDIRECT: 4,
  ENHANCED_ERROR_SERIALIZATION: 8,
  FETCHER_HAS_GET_PUT_DELETE: 16,
  RPC: 32,
  ENABLE_REQUEST_SIGNAL: 64,
  ENABLE_CTX_EXPORTS: 128,
  RPC_PARAMS_DUP_STUBS: 256,
  NODEJS_ALS: 512,
  WEBSOCKET_STANDARD_BINARY_TYPE: 1024,
  WEB_SOCKET_AUTO_REPLY_TO_CLOSE: 2048,
  DELETE_ALL_DELETES_ALARM: 4096,
  SERVICE_BINDING_EXTRA_HANDLERS: 8192,
  // No compatibility flag: the Worker has tail consumers, who are told what it does.
  TAILED: 16384,
  WEB_SOCKET_COMPRESSION: 32768,
  WEBSOCKET_CLOSE_REASON_BYTE_LIMIT: 65536,
};
