import net, { Socket } from "node:net";
import tls, { TLSSocket, connect } from "node:tls";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { attempt, story } from "./story.js";

const host = "127.0.0.1";
const port = Number(process.env.SERVER_PORT);
const securePort = Number(process.env.SECURE_PORT);
const to = (wish, options = {}) => { const socket = connect({ host, port: securePort, servername: "localhost", ...options }); socket.write(`${wish}\n`); return socket; };
// A connection that goes on with TLS.
const upgraded = async (options = {}, wish = "secure") => { const socket = net.connect(port, host); socket.write(`${wish}\n`); await once(socket, "data"); return [connect({ socket, servername: "localhost", ...options }), socket]; };
const code = async (socket) => { const [error] = await once(socket, "error"); return error.code; };

export const cases = {
  "a connection": () => story(to("echo"), (socket) => { socket.write("one "); socket.end("two"); }),
  "a connection that the other side ends": () => story(to("greet")),
  "forms of connect()": async () => {
    const options = { servername: "localhost" };
    const answers = [];
    for (const socket of [connect(securePort, host, options), connect(securePort, options), connect({ host, port: securePort, ...options }), connect({ host, port: securePort })]) { socket.end("echo\nhello"); answers.push(await text(socket)); }
    return answers;
  },
  "what it is": async () => {
    const socket = to("greet");
    const before = [socket.encrypted, socket.authorized, socket.secureConnecting, socket.connecting, socket instanceof Socket, socket instanceof TLSSocket];
    await once(socket, "connect");
    before.push(socket.connecting, socket.secureConnecting, socket.authorized);
    await once(socket, "secureConnect");
    return [before, socket.encrypted, socket.authorized, socket.authorizationError, socket.secureConnecting, socket.isSessionReused(), socket.remoteAddress, socket.remotePort === securePort];
  },
  "callback of connect()": () => new Promise((resolve) => { const socket = connect(securePort, host, { servername: "localhost" }, function (...values) { resolve([this === socket, socket.authorized, values]); socket.destroy(); }); }),
  "how many bytes": async () => { const socket = to("count"); socket.end(Buffer.alloc(100_000)); return [await text(socket), socket.bytesRead > 0]; },
  "a long answer": async () => (await text(to("large"))).length,
  "the certificate of somebody else": () => code(connect({ host, port: securePort, servername: "other.example" })),
  "a certificate that one refuses oneself": () => story(to("greet", { checkServerIdentity: () => new Error("not this one") })),
  "one that one accepts oneself, too": async () => text(to("greet", { checkServerIdentity: () => undefined })),
  "one that one has checked by tls.checkServerIdentity": async () => text(to("greet", { checkServerIdentity: (name, certificate) => tls.checkServerIdentity(name, certificate) })),
  "one that one checks later": async () => { const socket = to("greet"); const before = Object.keys(socket.getPeerCertificate()); await once(socket, "secureConnect"); const certificate = socket.getPeerCertificate(true); return [before, tls.checkServerIdentity("localhost", certificate) ?? null, tls.checkServerIdentity("LOCALHOST.", certificate) ?? null, socket.destroy() === socket]; },
  "nobody is there": () => story(connect({ host, port: 1 })),
  "the certificate of a name that is looked up": () => { const answers = (name, options, callback) => setTimeout(callback, 1, null, options.all ? [{ address: host, family: 4 }] : host, 4); return Promise.all(["localhost", "other.example"].map((name) => story(connect({ host: name, port: securePort, lookup: answers, autoSelectFamily: false }), (socket) => socket.end("greet\n"))).map(async (lines) => (await lines).map(([event, error]) => (event === "error" ? error[1] : event)))); },
  "over a connection": async () => { const [socket] = await upgraded(); return story(socket, () => socket.end("echo\nsecret")); },
  "over a connection, that ends with it": async () => { const [socket, inner] = await upgraded(); socket.end("greet\n"); await once(socket.resume(), "close"); if (!inner.closed) await once(inner, "close"); return [socket.destroyed, inner.destroyed]; },
  "over a connection, that is destroyed": async () => { const [socket, inner] = await upgraded(); await once(socket, "secureConnect"); inner.destroy(); await once(socket, "close"); return [socket.destroyed, inner.destroyed]; },
  "over a connection, with another name": async () => { const [socket] = await upgraded({ servername: "other.example" }); return code(socket); },
  "over a connection, behind what was written on it": async () => { const socket = net.connect(port, host); const big = "x".repeat(300_000); socket.write("secure\n"); await once(socket, "data"); const secured = connect({ socket, servername: "localhost" }); secured.write("count\n"); secured.write(big); secured.end(); return text(secured); },
  "over a connection to be made": async () => { const inner = net.connect(securePort, host); const socket = connect({ socket: inner, servername: "localhost" }); const before = [socket.connecting, socket.secureConnecting]; socket.end("greet\n"); return [before, await text(socket)]; },
  "over a connection, with the host that one means": async () => { const [socket] = await upgraded({ servername: undefined, host: "localhost" }); return story(socket, () => socket.end("echo\nmeant")); },
  "over a connection, with another host": async () => { const [socket] = await upgraded({ servername: undefined, host: "other.example" }); return code(socket); },
  "over a connection, made by new": async () => { const inner = net.connect(securePort, host); const socket = new TLSSocket(inner, { servername: "localhost" }); socket.end("greet\n"); return text(socket); },
  "over a connection, whose address is that": async () => { const [socket] = await upgraded(); await once(socket, "secureConnect"); const peer = [socket.remoteAddress, socket.remotePort === port]; socket.destroy(); return peer; },
  "over a connection that would be idle": async () => { const [socket, inner] = await upgraded(); let idle = 0; inner.setTimeout(150, () => idle++); await once(socket, "secureConnect"); socket.write("echo\n"); for (let i = 0; i < 10; i++) { socket.write("x"); await new Promise((resolve) => setTimeout(resolve, 40)); } socket.destroy(); return idle; },
  "over one that does not know TLS": async () => { const [socket] = await upgraded({}, "insecure"); const [error] = await once(socket, "error"); return [error.code, error.message]; },
  "wrong arguments": () => [() => connect(), () => connect({}), () => connect({ port: -1 }), () => connect({ port, checkServerIdentity: 5 }), () => new TLSSocket(undefined, { secureContext: 5 })].map((run) => attempt(run)?.[1]),
  "names": () => [tls.TLSSocket === TLSSocket, typeof tls.SecureContext, typeof tls.Server, Array.isArray(tls.rootCertificates)],
};
