// The reading end of a native pipe as part of a message between built-ins; Workers never see one.
'use strict';

// On its way to the other side; `writer` is the other end.
class OutgoingPipe {
  constructor(writer) {
    this.writer = writer;
  }
}

// Arrived: the native body `body`.
class IncomingPipe {
  constructor(body) {
    this.body = body;
  }
}

module.exports = { IncomingPipe, OutgoingPipe };
