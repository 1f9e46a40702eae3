import net, { Socket, connect } from "node:net";
import { once } from "node:events";
import { Duplex, pipeline } from "node:stream";
import { text } from "node:stream/consumers";
import { attempt, story } from "./story.js";

const host = "127.0.0.1";
const port = Number(process.env.SERVER_PORT);
// Nobody is there.
const CLOSED = 1;
const to = (wish, options = {}) => { const socket = connect({ host, port, ...options }); socket.write(`${wish}\n`); return socket; };
const answer = async (socket) => { const got = await text(socket); return got.length > 100 ? got.length : got; };
const later = () => new Promise((resolve) => { setTimeout(resolve, 10); });
const failure = async (socket) => { const [error] = await once(socket, "error"); const { name, message, code, errno, syscall, address } = error; return { name, message, code, errno, syscall, address }; };
function Old() { Socket.call(this); }
Object.setPrototypeOf(Old.prototype, Socket.prototype);

export const cases = {
  "a connection": () => story(to("echo"), (socket) => { socket.write("one "); socket.end("two"); }),
  "a connection that the other side ends": () => story(to("greet")),
  "nobody is there": () => story(connect(CLOSED, host)),
  "nobody is there, the error": () => failure(connect(CLOSED, host)),
  "nobody has the name": async () => { const [error] = await once(connect(CLOSED, "none.invalid"), "error"); return [error.syscall, error.hostname, error.message === `getaddrinfo ${error.code} none.invalid`]; },
  "a reset": async () => { const socket = to("reset"); socket.resume(); const { message, code, errno, syscall } = await failure(socket); return [message, code, errno, syscall]; },
  "forms of connect()": async () => {
    const ways = [
      () => connect(port, host), () => connect(String(port), host), () => connect({ port, host }), () => net.createConnection(port, host), () => new Socket().connect(port, host), () => new Socket().connect({ port, host }),
      () => Socket().connect(port, host), () => new Old().connect(port, host), () => new net.Stream({ allowHalfOpen: true }).connect({ port, host }),
    ];
    const answers = [];
    for (const way of ways) { const socket = way(); socket.end("echo\nhello"); answers.push(await answer(socket)); socket.destroy(); }
    return answers;
  },
  "callback of connect()": async () => { const calls = []; const socket = connect(port, host, function (...values) { calls.push([this === socket, values]); socket.end("greet\n"); }); await once(socket.resume(), "close"); return calls; },
  "what it is": () => { const socket = new Socket(); return [socket instanceof Duplex, net.Stream === net.Socket, net.default === undefined, typeof socket.ref, socket.ref() === socket, socket.unref() === socket, socket.setNoDelay(true) === socket, socket.setKeepAlive(true, 5) === socket, socket.setTimeout(0) === socket, socket.pause() === socket, socket.end() === socket]; },
  "before it is connected": () => { const socket = new Socket(); return [socket.readyState, socket.pending, socket.connecting, socket.destroyed, socket.bytesRead, socket.bytesWritten, socket.bufferSize, socket.address(), socket.remoteAddress, socket.remotePort, socket.remoteFamily, socket.localPort, socket.allowHalfOpen, socket.timeout]; },
  "its state": async () => {
    const states = [];
    const socket = new Socket();
    const note = (when) => states.push([when, socket.readyState, socket.pending, socket.connecting, socket._connecting, socket.destroyed]);
    socket.connect(port, host);
    note("connecting");
    for (const event of ["connect", "end", "close"]) socket.on(event, () => note(event));
    socket.resume();
    await once(socket, "connect");
    socket.write("echo\n");
    note("written");
    socket.end();
    note("ended");
    await once(socket, "close");
    return states;
  },
  "whom it is connected to": async () => { const socket = to("greet"); const before = socket.remoteAddress; await once(socket, "connect"); const { remoteAddress, remoteFamily, remotePort } = socket; await once(socket.resume(), "close"); return [before, remoteAddress, remoteFamily, remotePort === port, socket.remoteAddress, socket.remotePort === port]; },
  "how many bytes": async () => {
    const socket = to("echo");
    socket.write("h\u00e9");
    socket.write("ff00", "hex");
    const numbers = [[socket.bytesWritten, socket.bytesRead]];
    await once(socket, "connect");
    numbers.push([socket.bytesWritten, socket.bytesRead]);
    socket.end(Buffer.from("abc"));
    await once(socket.resume(), "close");
    return [...numbers, [socket.bytesWritten, socket.bytesRead]];
  },
  "encodings": async () => { const socket = to("echo"); socket.write("6869", "hex"); socket.write("\u00e9", "latin1"); socket.setDefaultEncoding("base64"); socket.end("aGk="); const [data] = [Buffer.concat(await socket.toArray())]; return data.toString("hex"); },
  "setEncoding": async () => { const socket = to("echo"); socket.setEncoding("hex"); socket.end("hi"); return (await socket.toArray()).join(""); },
  "parts at once": async () => { const socket = to("count"); socket.cork(); for (let i = 0; i < 10; i++) socket.write("part"); socket.uncork(); socket.end(new Uint8Array(5)); return answer(socket); },
  "callbacks of writes": async () => { const calls = []; const socket = connect(port, host); socket.write("count\n", () => calls.push("first")); socket.write("a", "latin1", () => calls.push("second")); socket.end("b", () => calls.push("end")); await answer(socket); return calls; },
  "more than is taken at once": async () => {
    const socket = to("count");
    const part = Buffer.alloc(100_000, "y");
    let full = 0;
    for (let i = 0; i < 30; i++) {
      if (socket.write(part)) continue;
      full++;
      await once(socket, "drain");
    }
    socket.end();
    return [full > 0, await answer(socket), socket.bytesWritten];
  },
  "a long answer": () => answer(to("large")),
  "a long answer to a slow reader": async () => { const socket = to("large"); let count = 0; for await (const part of socket) { count += part.length; if (count % 7 === 0) await later(); } return [count, socket.bytesRead]; },
  "nobody reads": async () => { const socket = to("large"); await once(socket, "readable"); await later(); return [socket.bytesRead > 0, socket.bytesRead < 3_000_000, socket.readableLength > 0, socket.destroy().destroyed]; },
  "pause and resume": async () => { const socket = to("greet"); const parts = []; socket.on("data", (data) => parts.push(`${data}`)); socket.pause(); await once(socket, "connect"); await later(); const before = [...parts]; socket.resume(); await once(socket, "close"); return [before, parts]; },
  "pipeline": () => new Promise((resolve) => { const socket = to("echo"); const got = []; pipeline(["a", "b", "c"], socket, async (source) => { for await (const part of source) got.push(`${part}`); }, (error) => resolve([got.join(""), error ?? null])); }),
  "half open": async () => { const socket = to("greet", { allowHalfOpen: true }); await once(socket.resume(), "end"); const open = [socket.readyState, socket.writable]; socket.end("more"); await once(socket, "close"); return [open, socket.readyState]; },
  "half open the other way": async () => { const socket = to("first"); const [data] = await once(socket, "data"); socket.end("four"); return [`${data}`, socket.readyState, await answer(socket)]; },
  "writing after the end": () => story(to("greet"), async (socket, note) => { await once(socket, "end"); await later(); note("write", socket.write("late", (error) => note("written", error))); }),
  "writing after one's own end": () => story(to("echo"), (socket, note) => { socket.end(); socket.write("late", (error) => note("written", error)); }),
  "writing before connect()": () => story(new Socket(), (socket, note) => socket.write("early", (error) => note("written", error))),
  "destroyed while connecting": () => story(connect(port, host), (socket, note) => { socket.write("x", (error) => note("written", error)); socket.destroy(); }),
  "destroyed while connecting, with an error": () => story(connect(port, host), (socket, note) => { socket.write("x", (error) => note("written", error)); socket.destroy(new Error("enough")); }),
  "destroyed when connected": () => story(to("silent"), (socket) => socket.on("connect", () => socket.destroy())),
  "destroyed with an error": () => story(to("silent"), (socket) => socket.on("connect", () => socket.destroy(new Error("enough")))),
  "destroyed before connect()": () => story(new Socket(), (socket) => socket.destroy()),
  "destroySoon": () => story(to("count"), (socket) => { socket.write("five!"); socket.destroySoon(); }),
  "resetAndDestroy": () => story(to("silent"), (socket) => socket.on("connect", () => socket.resetAndDestroy())),
  "resetAndDestroy before connect()": () => story(new Socket(), (socket) => socket.resetAndDestroy()),
  "silence": () => story(to("silent"), (socket) => socket.setTimeout(20, () => socket.destroy())),
  "silence, said to connect()": () => story(to("silent", { timeout: 20 }), (socket) => socket.on("timeout", () => socket.end().destroy())),
  "silence that is none of interest any more": async () => { const socket = to("silent"); let times = 0; const count = () => times++; socket.setTimeout(5, count); socket.setTimeout(0, count); await later(); await later(); socket.destroy(); return [times, socket.timeout, socket.listenerCount("timeout")]; },
  "an aborted signal": async () => { const socket = connect({ port, host, signal: AbortSignal.abort() }); const lines = await story(socket); await later(); socket.destroy(); return lines.slice(0, 2); },
  "a signal that aborts": () => { const controller = new AbortController(); return story(to("silent", { signal: controller.signal }), (socket) => socket.on("connect", () => controller.abort(new Error("why")))); },
  "connected again": async () => { const socket = new Socket(); const answers = []; for (let i = 0; i < 3; i++) { socket.connect(port, host); socket.end("echo\nagain"); const parts = []; const add = (data) => parts.push(`${data}`); socket.on("data", add); await once(socket, "close"); socket.off("data", add); answers.push([parts.join(""), socket.bytesRead, socket.bytesWritten]); } return answers; },
  "connected after a failure": async () => { const socket = new Socket(); socket.on("error", () => {}); socket.connect(CLOSED, host); await once(socket, "close"); socket.connect(port, host); socket.end("greet\n"); return answer(socket); },
  "connected to another one at once": async () => { const socket = connect(CLOSED, host); socket.on("error", () => {}); socket.destroy(); await once(socket, "close"); socket.connect(CLOSED, host); socket.destroy(); await once(socket, "close"); socket.connect(port, host); socket.end("greet\n"); return answer(socket); },
  "onread": async () => {
    const got = [];
    const socket = connect({ port, host, onread: { buffer: new Uint8Array(4), callback: (count, buffer) => { got.push(...buffer.subarray(0, count)); return true; } } });
    socket.end("echo\nabcdefghij");
    await once(socket, "close");
    return [String.fromCharCode(...got), socket.bytesRead];
  },
  "a lookup of one's own": async () => { const calls = []; const socket = connect({ port, host: "a.name", autoSelectFamily: false, lookup: (name, options, callback) => { calls.push(name); setTimeout(callback, 1, null, host, 4); } }); socket.on("lookup", (...values) => calls.push(values)); socket.end("greet\n"); return [await answer(socket), calls]; },
  "a lookup that fails": () => story(connect({ port, host: "a.name", lookup: (name, options, callback) => setTimeout(callback, 1, new Error("no name")) })),
  "wrong arguments": () => [
    () => connect(), () => connect({}), () => connect(null), () => connect(-1), () => connect(65536), () => connect("x", 1).path, () => connect({ port: true }), () => connect({ port: "" }), () => connect({ port: 1.5 }), () => connect({ port, localAddress: "x" }), () => connect({ port, localPort: "x" }),
    () => connect({ port, host: "a.name", lookup: 5 }), () => new Socket({ objectMode: true }), () => new Socket({ readableObjectMode: true }), () => new Socket({ keepAliveInitialDelay: "x" }), () => new Socket().setTimeout("1"), () => new Socket().setTimeout(-1), () => new Socket().setTimeout(Infinity), () => new Socket().setTimeout(5, 5), () => new Socket({ signal: 5 }),
  ].map((run, i) => (i === 5 ? "a path" : attempt(run))),
  "_normalizeArgs": () => [[], [5], [5, "h"], ["5"], ["/path"], [{ port: 5 }], [5, () => {}], [5, "h", () => {}], [undefined]].map((args) => { const [options, callback] = net._normalizeArgs(args); return [options, typeof callback]; }),
  "how addresses are chosen": () => [net.getDefaultAutoSelectFamily(), net.getDefaultAutoSelectFamilyAttemptTimeout(), attempt(() => net.setDefaultAutoSelectFamily(5)), attempt(() => net.setDefaultAutoSelectFamilyAttemptTimeout(0)), attempt(() => net.setDefaultAutoSelectFamilyAttemptTimeout("x"))],
};
