import crypto from "node:crypto";
import { EventEmitter, on } from "node:events";
import net from "node:net";
import process from "node:process";
import { PassThrough } from "node:stream";
import tls from "node:tls";
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
  "net.createServer": () => net.createServer(() => {}),
  "net.connect() to a path": () => net.connect("/run/socket"),
  "tls.connect() that trusts everybody": () => tls.connect({ port: 443, rejectUnauthorized: false }),
  "tls.connect() over another stream": () => tls.connect({ socket: new PassThrough() }),
  // Node.js says nothing at all.
  "tls.connect() over a socket that is closed": () => new Promise((resolve, reject) => tls.connect({ socket: new net.Socket().destroy() }, resolve).on("error", reject)),
  "certificates": () => new tls.TLSSocket().getPeerX509Certificate(),
};

const pinned = {
  "pinned": () => new Promise((resolve, reject) => {
    const checkServerIdentity = (host, { fingerprint }) => (fingerprint === "AB:CD" ? undefined : new Error("another one"));
    tls.connect({ host: "127.0.0.1", port: Number(process.env.SECURE_PORT), checkServerIdentity }, resolve).on("error", reject);
  }),
};

export default {
  async fetch(request) {
    const name = new URL(request.url).pathname.slice(1);
    return new Response(await report({ own: ownCases, pinned, ...files }[name]));
  },
};
