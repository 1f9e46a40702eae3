import zlib, { crc32, gunzipSync, gzipSync } from "node:zlib";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { buffer, text } from "node:stream/consumers";
import { promisify } from "node:util";

const long = "hello hello hello ".repeat(500);
const dictionary = Buffer.from("hello world");
const PAIRS = [["gzip", "gunzip"], ["deflate", "inflate"], ["deflateRaw", "inflateRaw"], ["gzip", "unzip"], ["deflate", "unzip"]];
const spoilt = () => { const data = gzipSync("abc"); data[data.length - 5] ^= 1; return data; };
const compressing = () => { const stream = zlib.createDeflate(); const parts = []; stream.on("data", (part) => parts.push(part)); return [stream, parts]; };

export const cases = {
  "there and back": () => PAIRS.map(([there, back]) => [zlib[`${there}Sync`](long).length < 200, zlib[`${back}Sync`](zlib[`${there}Sync`](long)).toString() === long]),
  "by callbacks": () => Promise.all(PAIRS.map(async ([there, back]) => String(await promisify(zlib[back])(await promisify(zlib[there])(long))) === long)),
  "small data byte by byte": () => ["deflateSync", "deflateRawSync", "gzipSync"].map((name) => zlib[name]("abc").toString("hex")),
  "nothing": () => [zlib.deflateSync("").toString("hex"), gunzipSync(gzipSync("")).length],
  "levels and windows": () => [gzipSync(long, { level: 0 }).length, zlib.deflateSync("abc", { level: 9 }).toString("hex"), zlib.deflateSync("abc", { windowBits: 9 }).toString("hex")],
  "a level there is none of": () => gzipSync("a", { level: 99 }),
  "a dictionary": () => { const data = zlib.deflateSync("hello world", { dictionary }); return [data.toString("hex"), zlib.inflateSync(data, { dictionary }).toString()]; },
  "a raw dictionary": () => zlib.inflateRawSync(zlib.deflateRawSync("hello world", { dictionary }), { dictionary }).toString(),
  "no dictionary": () => zlib.inflateSync(zlib.deflateSync("hello world", { dictionary })),
  "another dictionary": () => zlib.inflateSync(zlib.deflateSync("hello world", { dictionary }), { dictionary: Buffer.from("x") }),
  "other data": () => zlib.inflateSync(Buffer.from("nonsense")),
  "other data for gunzip": () => gunzipSync(Buffer.from("nonsense")),
  "data that is cut": () => gunzipSync(gzipSync(long).subarray(0, 20)),
  "data that is cut and may be": () => gunzipSync(gzipSync("abc").subarray(0, 20), { finishFlush: zlib.constants.Z_SYNC_FLUSH }).toString(),
  "no data": () => gunzipSync(Buffer.alloc(0)),
  "a wrong sum": () => gunzipSync(spoilt()),
  "errors by callbacks": () => promisify(zlib.gunzip)(Buffer.from("x".repeat(20))),
  "several files in one": () => gunzipSync(Buffer.concat([gzipSync("abc"), gzipSync("def")])).toString(),
  "several files in one for unzip": () => [[gzipSync("abc"), gzipSync("def")], [gzipSync("abc"), zlib.deflateSync("def")], [zlib.deflateSync("abc"), gzipSync("def")]].map((files) => zlib.unzipSync(Buffer.concat(files)).toString()),
  "several files in parts": async () => text(Readable.from([...Buffer.concat([gzipSync("abc"), gzipSync("def")])].map((byte) => Buffer.from([byte]))).pipe(zlib.createUnzip())),
  "very many files in one": () => gunzipSync(Buffer.concat(Array(100000).fill(gzipSync("a")))).length,
  "files that are more than a part": () => { const all = "0123456789".repeat(1000); return gunzipSync(Buffer.concat(Array(5).fill(gzipSync(all)))).toString() === all.repeat(5); },
  "behind a file": () => [[0x78], [0x1f, 0x8b, 0xff, 0xff], [0x1f], [0x1f, 0], [0, 0], [0, 0, ...gzipSync("def")], [...zlib.deflateSync("def")], [...gzipSync("def").subarray(0, 12)]]
    .flatMap((rest) => [gunzipSync, zlib.unzipSync].map((run) => { try { return run(Buffer.concat([gzipSync("abc"), Buffer.from(rest)])).toString(); } catch (error) { return [error.code, error.errno, error.message]; } })),
  "something behind the file": () => gunzipSync(Buffer.concat([gzipSync("abc"), Buffer.alloc(10)])).toString(),
  "more than is wanted": () => gunzipSync(gzipSync(long), { maxOutputLength: 10 }),
  "no callback": () => zlib.gzip("a"),
  "neither a callback nor a level": () => zlib.gzip("a", { level: 99 }),
  "nothing may be behind": () => gunzipSync(Buffer.concat([gzipSync("abc"), Buffer.alloc(1)]), { rejectGarbageAfterEnd: true }),
  "shared memory": () => gunzipSync(gzipSync(new SharedArrayBuffer(3))).length,
  "no data at all": () => gzipSync(5),
  "views and buffers": () => [new Uint16Array([1, 2]), new ArrayBuffer(3), new DataView(new ArrayBuffer(4))].map((data) => gunzipSync(gzipSync(data)).length),
  "info": () => gzipSync("abc", { info: true }).engine.constructor.name,
  "crc32": () => [crc32("hello"), crc32(Buffer.from("lo"), crc32("hel")), crc32("")],
  "streams": async () => gunzipSync(await buffer(Readable.from([Buffer.from(long)]).pipe(zlib.createGzip()))).toString() === long,
  "a byte at a time": async () => {
    const stream = zlib.createGunzip();
    for (const byte of gzipSync(long)) stream.write(Buffer.from([byte]));
    stream.end();
    return await text(stream) === long;
  },
  "streams of other data": () => pipeline(Readable.from([Buffer.from("garbage!")]), zlib.createGunzip(), new PassThrough().resume()),
  "streams that are cut": () => pipeline(Readable.from([gzipSync(long).subarray(0, 30)]), zlib.createGunzip(), new PassThrough().resume()),
  "flush": () => new Promise((resolve) => {
    const [stream, parts] = compressing();
    stream.write("abc");
    stream.flush(() => resolve(zlib.inflateSync(Buffer.concat(parts), { finishFlush: zlib.constants.Z_SYNC_FLUSH }).toString()));
  }),
  "params": () => new Promise((resolve) => {
    const [stream, parts] = compressing();
    stream.write("abc");
    stream.params(0, 0, () => { stream.end("def"); stream.on("end", () => resolve(zlib.inflateSync(Buffer.concat(parts)).toString())); });
  }),
  "reset": async () => [
    ...await Promise.all([zlib.createGzip(), zlib.createDeflate({ dictionary }), zlib.createDeflateRaw({ level: 1 })].map((stream) => new Promise((resolve) => {
      stream.write("abc");
      stream.flush(() => { stream.reset(); stream.end("hello"); resolve(buffer(stream).then((all) => all.toString("hex"))); });
    }))),
    await new Promise((resolve) => {
      const stream = zlib.createUnzip();
      stream.write(gzipSync("abc").subarray(0, 5));
      stream.flush(() => { stream.reset(); stream.end(zlib.deflateSync("def")); resolve(text(stream)); });
    }),
  ],
  "close": () => new Promise((resolve) => { zlib.createGzip().close(() => resolve("closed")); }),
  "bytesWritten": () => new Promise((resolve) => { const stream = zlib.createGzip().resume(); stream.on("end", () => resolve(stream.bytesWritten)); stream.end("abcdef"); }),
  "classes": () => [zlib.createGzip() instanceof zlib.Gzip, zlib.Gzip() instanceof zlib.Gzip, zlib.codes.Z_OK, zlib.codes["-3"], zlib.Z_BEST_SPEED, zlib.constants.Z_FINISH],
  "from the Web": () => text(Readable.fromWeb(new Response(gzipSync("web")).body).pipe(zlib.createGunzip())),
};
