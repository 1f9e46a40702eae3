// The streams of Node.js, as Node.js itself publishes them, with what that package leaves out: the
// bridges to Web streams and pairs.
import stream from "npm:readable-stream/lib/stream.js";
import { addBridges } from "./internal/stream/bridges.mjs";
import { makeDuplexPair } from "./internal/stream/pair.mjs";

// Of Node.js since version 22; the package has an older one.
const HIGH_WATER_MARK = 65536;

function extend(stream) {
  stream.setDefaultHighWaterMark(false, HIGH_WATER_MARK);
  addBridges(stream);
  stream.duplexPair = makeDuplexPair(stream.Duplex);
  stream._isArrayBufferView = ArrayBuffer.isView;
  return stream;
}

const extended = /* @__PURE__ */ extend(stream);
export const Stream = extended.Stream;
export const Readable = extended.Readable;
export const Writable = extended.Writable;
export const Duplex = extended.Duplex;
export const Transform = extended.Transform;
export const PassThrough = extended.PassThrough;
export const pipeline = extended.pipeline;
export const finished = extended.finished;
export const compose = extended.compose;
export const destroy = extended.destroy;
export const promises = extended.promises;
export const duplexPair = extended.duplexPair;
export const addAbortSignal = extended.addAbortSignal;
export const isDestroyed = extended.isDestroyed;
export const isDisturbed = extended.isDisturbed;
export const isErrored = extended.isErrored;
export const isReadable = extended.isReadable;
export const isWritable = extended.isWritable;
export const getDefaultHighWaterMark = extended.getDefaultHighWaterMark;
export const setDefaultHighWaterMark = extended.setDefaultHighWaterMark;
export const _isUint8Array = extended._isUint8Array;
export const _isArrayBufferView = extended._isArrayBufferView;
export const _uint8ArrayToBuffer = extended._uint8ArrayToBuffer;
export default extended;
