// Readable.toWeb() and its kind: a stream of Node.js as one of the Web and back. Each side waits for the
// other: what is not read on one is not read from the other.
import { Buffer } from "node:buffer";
import { viewBytes } from "../bytes.mjs";
import { abortError } from "../errors.mjs";

// Parts of Node's streams are Buffers, those of the Web bytes.
const toBytes = (part) => (Buffer.isBuffer(part) ? viewBytes(part) : part);

export function addBridges({ Readable, Writable, Duplex, finished, destroy }) {
  Readable.toWeb = function (readable, options = {}) {
    if (readable.destroyed) {
      return new ReadableStream({ start: (controller) => controller.close() });
    }
    const { readableObjectMode, readableHighWaterMark } = readable;
    const strategy = options.strategy ?? (readableObjectMode
      ? new CountQueuingStrategy({ highWaterMark: readableHighWaterMark })
      : { highWaterMark: readableHighWaterMark, size: (part) => part?.byteLength ?? 1 });
    let controller;
    let over = false;
    const forget = finished(readable, { writable: false }, (error) => {
      over = true;
      forget();
      // What a stream says once it is over is of no one's interest.
      readable.on("error", () => {});
      if (error) return controller.error(error.code === "ERR_STREAM_PREMATURE_CLOSE" ? abortError() : error);
      controller.close();
    });
    readable.pause();
    return new ReadableStream({
      start(given) {
        controller = given;
        readable.on("data", (part) => {
          if (over) return;
          controller.enqueue(readableObjectMode || typeof part === "string" ? part : toBytes(part));
          if (controller.desiredSize <= 0) readable.pause();
        });
        readable.pause();
      },
      pull() {
        readable.resume();
      },
      cancel(reason) {
        over = true;
        destroy(readable, reason);
      },
    }, strategy);
  };

  Readable.fromWeb = function (stream, options = {}) {
    const reader = stream.getReader();
    let over = false;
    const readable = new Readable({
      ...options,
      read() {
        reader.read().then(({ value, done }) => {
          over ||= done;
          readable.push(done ? null : value);
        }, (error) => {
          over = true;
          destroy(readable, error);
        });
      },
      destroy(error, callback) {
        if (over) return callback(error);
        over = true;
        reader.cancel(error ?? undefined).then(() => callback(error), (second) => callback(error ?? second));
      },
    });
    return readable;
  };

  Writable.toWeb = function (writable) {
    if (!writable.writable) {
      const closed = new WritableStream();
      void closed.close();
      return closed;
    }
    let controller;
    let ended = false;
    const forget = finished(writable, { readable: false }, (error) => {
      forget();
      writable.on("error", () => {});
      if (error) controller.error(error);
      else if (!ended) controller.error(abortError());
    });
    return new WritableStream({
      start(given) {
        controller = given;
      },
      write(part) {
        return new Promise((resolve, reject) => {
          writable.write(part, (error) => (error ? reject(error) : resolve()));
        });
      },
      close() {
        ended = true;
        return new Promise((resolve, reject) => {
          finished(writable, { readable: false }, (error) => (error ? reject(error) : resolve()));
          writable.end();
        });
      },
      abort(reason) {
        destroy(writable, reason);
      },
    }, new CountQueuingStrategy({ highWaterMark: 1 }));
  };

  const writeTo = (writer) => ({
    write(part, encoding, callback) {
      writer.ready.then(() => writer.write(part)).then(() => callback(), callback);
    },
    final(callback) {
      writer.close().then(() => callback(), callback);
    },
  });
  const abandon = (writer, error) => (error ? writer.abort(error) : writer.close()).catch(() => {});

  Writable.fromWeb = function (stream, options = {}) {
    const writer = stream.getWriter();
    const writable = new Writable({
      decodeStrings: false,
      ...options,
      ...writeTo(writer),
      destroy(error, callback) {
        if (writable.writableFinished) return callback(error);
        abandon(writer, error).then(() => callback(error));
      },
    });
    // A sink that fails between writes is noticed, too.
    writer.closed.catch((error) => destroy(writable, error));
    return writable;
  };

  Duplex.toWeb = (duplex) => ({ readable: Readable.toWeb(duplex), writable: Writable.toWeb(duplex) });

  Duplex.fromWeb = function ({ readable, writable }, options = {}) {
    const reader = readable.getReader();
    const writer = writable.getWriter();
    let over = false;
    const duplex = new Duplex({
      decodeStrings: false,
      ...options,
      ...writeTo(writer),
      read() {
        reader.read().then(({ value, done }) => {
          over ||= done;
          duplex.push(done ? null : value);
        }, (error) => {
          over = true;
          destroy(duplex, error);
        });
      },
      destroy(error, callback) {
        const reading = over ? undefined : reader.cancel(error ?? undefined).catch(() => {});
        const writing = duplex.writableFinished ? undefined : abandon(writer, error);
        Promise.all([reading, writing]).then(() => callback(error));
      },
    });
    writer.closed.catch((error) => destroy(duplex, error));
    return duplex;
  };
}
