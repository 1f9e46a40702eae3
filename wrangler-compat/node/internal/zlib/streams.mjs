// The streams of node:zlib.
import { Buffer } from "node:buffer";
import { Transform } from "node:stream";
import { asBuffer } from "../as_buffer.mjs";
import { nextTick } from "../ticks.mjs";
import {
  DEFLATE, DEFLATERAW, Engine, GUNZIP, GZIP, INFLATE, INFLATERAW, UNZIP, Z_FULL_FLUSH,
} from "./engine.mjs";
import { dataOf, settingsOf } from "./settings.mjs";

// What stands for flush() in the line of what is written.
const kFlush = Symbol("flush");
const kEngine = Symbol("engine");

function Zlib(kind, options) {
  const settings = settingsOf(options);
  const engine = new Engine(kind, settings);
  Transform.call(this, { autoDestroy: true, ...options, objectMode: false, decodeStrings: true });
  this.bytesWritten = 0;
  Object.defineProperty(this, kEngine, { value: { engine, ...settings } });
}
Object.setPrototypeOf(Zlib.prototype, Transform.prototype);
Object.setPrototypeOf(Zlib, Transform);

function run(zlib, bytes, flush, callback) {
  const { engine } = zlib[kEngine];
  try {
    engine.write(bytes, flush, (part) => zlib.push(asBuffer(part)));
  } catch (error) {
    return callback(error);
  }
  callback();
}

const methods = {
  _transform(chunk, encoding, callback) {
    const mark = chunk[kFlush];
    if (mark !== undefined) return mark(callback);
    const bytes = dataOf(chunk);
    this.bytesWritten += bytes.length;
    run(this, bytes, this[kEngine].flush, callback);
  },
  _flush(callback) {
    run(this, new Uint8Array(), this[kEngine].finishFlush, callback);
  },
  flush(kind, callback) {
    const [how, done] = typeof kind === "function" ? [Z_FULL_FLUSH, kind] : [kind ?? Z_FULL_FLUSH, callback];
    if (this.writableEnded) {
      if (done) nextTick(done);
      return;
    }
    this.write(Object.assign(Buffer.alloc(0), {
      [kFlush]: (next) => run(this, new Uint8Array(), how, next),
    }), undefined, done);
  },
  params(level, strategy, callback) {
    settingsOf({ level, strategy });
    this.write(Object.assign(Buffer.alloc(0), {
      [kFlush]: (next) => {
        try {
          this[kEngine].engine.params(level, strategy, (part) => this.push(asBuffer(part)));
        } catch (error) {
          return next(error);
        }
        next();
      },
    }), undefined, callback);
  },
  reset() {
    this[kEngine].engine.reset();
  },
  close(callback) {
    if (callback) {
      if (this.closed) nextTick(callback);
      else this.once("close", () => callback());
    }
    this.destroy();
  },
};
for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(Zlib.prototype, name, { value, writable: true, configurable: true });
}
Object.defineProperty(Zlib.prototype, "_closed", {
  get() {
    return this.destroyed;
  },
  configurable: true,
});

function define(name, kind) {
  const Class = { [name]: function (options) {
    if (!(this instanceof Class)) return new Class(options);
    Zlib.call(this, kind, options);
  } }[name];
  Object.setPrototypeOf(Class.prototype, Zlib.prototype);
  return Object.setPrototypeOf(Class, Zlib);
}

export const Deflate = /* @__PURE__ */ define("Deflate", DEFLATE);
export const Inflate = /* @__PURE__ */ define("Inflate", INFLATE);
export const Gzip = /* @__PURE__ */ define("Gzip", GZIP);
export const Gunzip = /* @__PURE__ */ define("Gunzip", GUNZIP);
export const DeflateRaw = /* @__PURE__ */ define("DeflateRaw", DEFLATERAW);
export const InflateRaw = /* @__PURE__ */ define("InflateRaw", INFLATERAW);
export const Unzip = /* @__PURE__ */ define("Unzip", UNZIP);
