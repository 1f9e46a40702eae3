import crypto from "node:crypto";
import process from "node:process";
import zlib from "node:zlib";
import { files } from "./cases.js";
import { report } from "./report.js";

// What a Worker says of itself, and what isolane does not have.
const ownCases = {
  "process": () => [process.platform, process.arch, process.title, process.argv, process.cwd(), process.env.GREETING, process === globalThis.process],
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
