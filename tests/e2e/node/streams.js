import stream, { Duplex, PassThrough, Readable, Transform, Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import * as consumers from "node:stream/consumers";

const bytes = (...texts) => Readable.from(texts.map((text) => Buffer.from(text)));
const collecting = (parts) => new Writable({ objectMode: true, write(part, encoding, callback) { parts.push(part.toString()); callback(); } });

export const cases = {
  "Readable.from and for await": async () => { const all = []; for await (const part of Readable.from(["a", "b"])) all.push(part); return all; },
  "pipeline with a generator": async () => {
    const parts = [];
    await pipeline(Readable.from(["a", "b"]), async function* (source) { for await (const part of source) yield part + part; }, collecting(parts));
    return parts;
  },
  "pipeline passes errors on": () => pipeline(Readable.from(["a"]), new Transform({ transform(part, encoding, callback) { callback(new Error("boom")); } }), new PassThrough()),
  "pipeline by a callback": () => new Promise((resolve) => { stream.pipeline(bytes("x"), new PassThrough(), (error) => resolve(error ?? "done")).resume(); }),
  "pipeline stops at a signal": async () => {
    const controller = new AbortController();
    const done = pipeline(new Readable({ read() {} }), new PassThrough(), { signal: controller.signal });
    controller.abort();
    await done;
  },
  "a Transform of a class": async () => {
    class Upper extends Transform {
      _transform(part, encoding, callback) { callback(null, String(part).toUpperCase()); }
      _flush(callback) { this.push("!"); callback(); }
    }
    const upper = new Upper();
    upper.end("up");
    return consumers.text(upper);
  },
  "a Transform of a function": async () => {
    function Old() { Transform.call(this); }
    Object.setPrototypeOf(Old.prototype, Transform.prototype);
    Old.prototype._transform = function (part, encoding, callback) { callback(null, `${part}${part}`); };
    const old = new Old();
    old.end("ab");
    return consumers.text(old);
  },
  "PassThrough": async () => { const through = new PassThrough(); through.end("hello"); return consumers.text(through); },
  "pipe": async () => { const through = bytes("a", "b").pipe(new PassThrough()); return (await through.toArray()).join(""); },
  "methods of lists": async () => [
    await Readable.from([1, 2, 3, 4]).filter((n) => n % 2).map((n) => n * 2).toArray(),
    await Readable.from([3, 1, 2]).reduce((sum, n) => sum + n, 0), await Readable.from([1, 2, 3]).take(2).toArray(),
  ],
  "finished of what failed": () => { const through = new PassThrough(); through.destroy(new Error("d")); return finished(through); },
  "setEncoding over two parts of a letter": async () => { const source = bytes("x"); source.unshift(Buffer.from([0xa9])); source.unshift(Buffer.from([0xc3])); return consumers.text(source.setEncoding("utf8")); },
  "backpressure": async () => {
    const slow = new Writable({ highWaterMark: 3, write(part, encoding, callback) { setTimeout(callback, 1); } });
    const more = slow.write("abcd");
    await new Promise((resolve) => slow.once("drain", resolve));
    return [more, slow.writableLength];
  },
  "default high water marks": () => [stream.getDefaultHighWaterMark(false), stream.getDefaultHighWaterMark(true), new Readable().readableHighWaterMark],
  "the module is the class": () => [new stream.Stream() instanceof stream, Readable.prototype instanceof stream, new Duplex() instanceof Writable, stream.promises.pipeline === pipeline],
  "states": () => { const readable = new Readable(); return [stream.isReadable(readable), stream.isErrored(readable), stream.isDisturbed(readable)]; },
  "write after end": () => new Promise((resolve) => { const sink = collecting([]); sink.on("error", () => {}); sink.end(); sink.write("x", (error) => resolve(error.code)); }),
  "null": () => { new Writable().write(null); },
  "Readable.toWeb": () => new Response(Readable.toWeb(bytes("we", "b"))).text(),
  "Readable.toWeb of what fails": () => new Response(Readable.toWeb(new Readable({ read() { this.destroy(new Error("bad")); } }))).text(),
  "Readable.toWeb reads no more than is wanted": async () => {
    let reads = 0;
    const source = new Readable({ read() { reads++; this.push(Buffer.alloc(1024)); } });
    const reader = Readable.toWeb(source).getReader();
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const few = reads < 300;
    await reader.cancel();
    return [few, source.destroyed];
  },
  "Readable.fromWeb": () => consumers.text(Readable.fromWeb(new Response("from web").body)),
  "Readable.fromWeb of what fails": () => consumers.text(Readable.fromWeb(new ReadableStream({ pull(controller) { controller.error(new Error("web bad")); } }))),
  "Writable.toWeb": async () => {
    const parts = [];
    const writer = Writable.toWeb(collecting(parts)).getWriter();
    await writer.write("1");
    await writer.write("2");
    await writer.close();
    return parts;
  },
  "Writable.toWeb of what fails": async () => {
    const writer = Writable.toWeb(new Writable({ write(part, encoding, callback) { callback(new Error("bad")); } })).getWriter();
    writer.closed.catch(() => {});
    await writer.write(Buffer.from("1"));
    await writer.close();
  },
  "Writable.fromWeb": async () => {
    const parts = [];
    const sink = Writable.fromWeb(new WritableStream({ write(part) { parts.push(String(part)); } }));
    sink.write("a");
    sink.end("b");
    await finished(sink);
    return parts;
  },
  "Duplex.fromWeb": () => { const duplex = Duplex.fromWeb(new TransformStream()); duplex.end(Buffer.from("dup")); return consumers.text(duplex); },
  "Duplex.toWeb": () => {
    const { readable, writable } = Duplex.toWeb(new PassThrough());
    const writer = writable.getWriter();
    writer.write(Buffer.from("to"));
    writer.close();
    return new Response(readable).text();
  },
  "consumers": async () => [await consumers.json(bytes('{"a":', "1}")), (await consumers.arrayBuffer(bytes("abc"))).byteLength, (await consumers.blob(bytes("ab"))).size, (await consumers.buffer(bytes("q"))).toString()],
  "duplexPair": () => { const [one, other] = stream.duplexPair(); one.end("pair"); return consumers.text(other); },
};
