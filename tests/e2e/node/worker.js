import crypto from "node:crypto";
import { EventEmitter, on } from "node:events";
import process from "node:process";
import zlib from "node:zlib";
import { files } from "./cases.js";
import { report } from "./report.js";

// What a Worker says of itself, and what isolane does not have.
const ownCases = {
  "process": () => [process.platform, process.arch, process.title, process.argv, process.cwd(), process.env.GREETING, process === globalThis.process],
  "on, of an emitter that fails at once": async () => { const emitter = new EventEmitter().on("newListener", (type, listener) => { if (type === "error") listener(new Error("boom")); }); const read = await on(emitter, "a").next().catch((error) => error.message); return [read, emitter.eventNames()]; },
  "createSign": () => crypto.createSign("sha256"),
  "ECDH": () => new crypto.ECDH("x"),
  "brotli": () => zlib.brotliCompressSync("x"),
};

export default {
  async fetch(request) {
    const name = new URL(request.url).pathname.slice(1);
    return new Response(await report(name === "own" ? ownCases : files[name]));
  },
};
