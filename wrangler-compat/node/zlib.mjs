// node:zlib: deflate, gzip and their kind, at once or as streams. Not brotli and zstd.
import { constants as all } from "npm:unenv/node/zlib";
import { missing, missingClass } from "./internal/errors.mjs";
import { crc32 } from "./internal/zlib/crc32.mjs";
import { DEFLATE, DEFLATERAW, GUNZIP, GZIP, INFLATE, INFLATERAW, UNZIP } from "./internal/zlib/engine.mjs";
import { Deflate, DeflateRaw, Gunzip, Gzip, Inflate, InflateRaw, Unzip } from "./internal/zlib/streams.mjs";
import { whole, wholeSync } from "./internal/zlib/whole.mjs";

export { Deflate, DeflateRaw, Gunzip, Gzip, Inflate, InflateRaw, Unzip, crc32 };
const STATUSES = [
  "Z_OK", "Z_STREAM_END", "Z_NEED_DICT", "Z_ERRNO", "Z_STREAM_ERROR", "Z_DATA_ERROR", "Z_MEM_ERROR",
  "Z_BUF_ERROR", "Z_VERSION_ERROR",
];
export const constants = /* @__PURE__ */ (() => Object.freeze({ ...all }))();
export const codes = /* @__PURE__ */ (() => Object.freeze(Object.fromEntries(
  STATUSES.flatMap((name) => [[name, all[name]], [all[name], name]]))))();

export const createDeflate = (options) => new Deflate(options);
export const createDeflateRaw = (options) => new DeflateRaw(options);
export const createGunzip = (options) => new Gunzip(options);
export const createGzip = (options) => new Gzip(options);
export const createInflate = (options) => new Inflate(options);
export const createInflateRaw = (options) => new InflateRaw(options);
export const createUnzip = (options) => new Unzip(options);

export const deflate = /* @__PURE__ */ whole(DEFLATE, Deflate);
export const deflateRaw = /* @__PURE__ */ whole(DEFLATERAW, DeflateRaw);
export const deflateRawSync = /* @__PURE__ */ wholeSync(DEFLATERAW, DeflateRaw);
export const deflateSync = /* @__PURE__ */ wholeSync(DEFLATE, Deflate);
export const gunzip = /* @__PURE__ */ whole(GUNZIP, Gunzip);
export const gunzipSync = /* @__PURE__ */ wholeSync(GUNZIP, Gunzip);
export const gzip = /* @__PURE__ */ whole(GZIP, Gzip);
export const gzipSync = /* @__PURE__ */ wholeSync(GZIP, Gzip);
export const inflate = /* @__PURE__ */ whole(INFLATE, Inflate);
export const inflateRaw = /* @__PURE__ */ whole(INFLATERAW, InflateRaw);
export const inflateRawSync = /* @__PURE__ */ wholeSync(INFLATERAW, InflateRaw);
export const inflateSync = /* @__PURE__ */ wholeSync(INFLATE, Inflate);
export const unzip = /* @__PURE__ */ whole(UNZIP, Unzip);
export const unzipSync = /* @__PURE__ */ wholeSync(UNZIP, Unzip);

export const BrotliCompress = /* @__PURE__ */ missingClass("zlib.BrotliCompress");
export const BrotliDecompress = /* @__PURE__ */ missingClass("zlib.BrotliDecompress");
export const ZstdCompress = /* @__PURE__ */ missingClass("zlib.ZstdCompress");
export const ZstdDecompress = /* @__PURE__ */ missingClass("zlib.ZstdDecompress");
export const brotliCompress = /* @__PURE__ */ missing("zlib.brotliCompress");
export const brotliCompressSync = /* @__PURE__ */ missing("zlib.brotliCompressSync");
export const brotliDecompress = /* @__PURE__ */ missing("zlib.brotliDecompress");
export const brotliDecompressSync = /* @__PURE__ */ missing("zlib.brotliDecompressSync");
export const createBrotliCompress = /* @__PURE__ */ missing("zlib.createBrotliCompress");
export const createBrotliDecompress = /* @__PURE__ */ missing("zlib.createBrotliDecompress");
export const createZstdCompress = /* @__PURE__ */ missing("zlib.createZstdCompress");
export const createZstdDecompress = /* @__PURE__ */ missing("zlib.createZstdDecompress");
export const zstdCompress = /* @__PURE__ */ missing("zlib.zstdCompress");
export const zstdCompressSync = /* @__PURE__ */ missing("zlib.zstdCompressSync");
export const zstdDecompress = /* @__PURE__ */ missing("zlib.zstdDecompress");
export const zstdDecompressSync = /* @__PURE__ */ missing("zlib.zstdDecompressSync");

// The constants stand beside the functions, too: an old habit.
export default /* @__PURE__ */ Object.assign({}, constants, {
  BrotliCompress, BrotliDecompress, Deflate, DeflateRaw, Gunzip, Gzip, Inflate, InflateRaw,
  Unzip, ZstdCompress, ZstdDecompress, brotliCompress, brotliCompressSync, brotliDecompress,
  brotliDecompressSync, codes, constants, crc32, createBrotliCompress, createBrotliDecompress,
  createDeflate, createDeflateRaw, createGunzip, createGzip, createInflate, createInflateRaw,
  createUnzip, createZstdCompress, createZstdDecompress, deflate, deflateRaw, deflateRawSync,
  deflateSync, gunzip, gunzipSync, gzip, gzipSync, inflate, inflateRaw, inflateRawSync, inflateSync,
  unzip, unzipSync, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync,
});
