import events, { EventEmitter, once } from "node:events";
import { isIP, isIPv4, isIPv6 } from "node:net";
import { StringDecoder } from "node:string_decoder";
import { isAscii, isUtf8 } from "node:buffer";
import url from "node:url";

function Old() { EventEmitter.call(this); }
Object.setPrototypeOf(Old.prototype, EventEmitter.prototype);
const URLS = [
  "http://u:p@h.com:80/p/a/t/h?query=string#hash", "//h/p", "/p?q#h", "mailto:a@b.c", "javascript:alert(1)", "http://a.com", "HTTP://A.com/B", "http://[::1]:80/", "x:y", "a b", "http://a.com/a b?c d#e f", "http://a.com:abc/",
  "http://a.com:80:80/", "//a:b/", "x://u:p@a:1b/", "http://a:/", "file:///a/b", "http://\u00e9.com/", "?a", "#h", "", "http://a@b@c/", "http://a.com;x", "http:a", "http:///a", "  http://a.com  ", "http://a.com\\b", "data:text/plain,x", "http://a.com/%zz?x=1&x=2",
];
const NO_URLS = [undefined, null, 5, {}];
const attempt = (run) => { try { return run(); } catch (error) { return [error.name, error.code, error.message]; } };
const plain = (parts) => (typeof parts === "object" && parts !== null ? Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part !== null && typeof part === "object" ? { ...part } : part]).sort()) : parts);
const decoded = (encoding, ...parts) => { const decoder = new StringDecoder(encoding); return [...parts.map((part) => decoder.write(Buffer.from(part))), decoder.end()]; };

export const cases = {
  "EventEmitter of a function": () => { const emitter = new Old(); let got; emitter.on("x", (value) => { got = value; }); emitter.emit("x", 5); return [got, emitter instanceof EventEmitter, events === EventEmitter]; },
  "an error nobody waits for": () => new EventEmitter().emit("error", new Error("unheard")),
  "an error that is none": () => new EventEmitter().emit("error", "text"),
  "a listener that is none": () => new EventEmitter().on("x", 5),
  "listeners": () => { const emitter = new EventEmitter(); emitter.once("a", () => {}); emitter.prependListener("a", () => {}); return [emitter.listenerCount("a"), emitter.eventNames(), events.listenerCount(emitter, "a")]; },
  "once": async () => { const emitter = new EventEmitter(); setTimeout(() => emitter.emit("a", 5), 1); return once(emitter, "a"); },
  "StringDecoder, letters in parts": () => decoded("utf8", [0xe2, 0x82], [0xac], [0xe2]),
  "StringDecoder, base64": () => decoded("base64", "ab", "cd"),
  "StringDecoder, base64url": () => decoded("base64url", "hi?", ">"),
  "StringDecoder, utf16le": () => decoded("utf16le", [0x61, 0, 0x62], [0]),
  "StringDecoder, parts of letters": () => ["utf8", "utf16le", "base64", "hex", "latin1", null, ""].map((encoding) => [
    [[0xf0, 0x9f], [0x98], [0x80]], [[0xff], [0x61]], [[0xe2], [0x61]], [[0xf0, 0x9f, 0x98]], [[0x3d, 0xd8], [0x00, 0xde]], [[0xe2, 0x82, 0xe2, 0x82, 0xac]], [[0xed, 0xa0], [0x80]], [[0xc0], [0x80]], [[1], [2, 3]],
  ].map((parts) => decoded(encoding, ...parts))),
  "StringDecoder, begun again": () => { const decoder = new StringDecoder(); decoder.write(Buffer.from([0xe2])); return [decoder.end(), decoder.write(Buffer.from("a")), decoder.end(Buffer.from([0xc3])), decoder.write("text"), decoder.write(new Uint16Array([0x4142]))]; },
  "StringDecoder, its methods": () => { const decoder = new StringDecoder("ucs2"); return [["write", "end"].map((name) => [Object.hasOwn(decoder, name), typeof StringDecoder.prototype[name], decoder[name].name]), ["UTF-8", "ucs2", "binary", "BASE64URL", "Hex"].map((name) => new StringDecoder(name).encoding)]; },
  "StringDecoder, what is left": () => { const decoder = new StringDecoder(); decoder.write(Buffer.from([0xe2])); const left = [decoder.lastNeed, decoder.lastTotal, decoder.lastChar[0]]; decoder.end(); return [left, decoder.lastNeed, decoder.lastTotal, Object.keys(decoder), decoder.text(Buffer.from("abc"), 1)]; },
  "StringDecoder, no bytes": () => new StringDecoder().write(5),
  "StringDecoder, unknown": () => new StringDecoder("nope"),
  "Buffer, base64url": () => [Buffer.from("aGk_", "base64url").toString("hex"), Buffer.from("hi?>").toString("base64url"), Buffer.isEncoding("base64url"), Buffer.byteLength("aGk", "base64url"), Buffer.alloc(4, "aGk", "base64url").toString("hex"), Buffer.alloc(5).write("aGk", "base64url")],
  "Buffer, unknown encoding": () => Buffer.from("zz", "nope"),
  "Buffer, parts of it": () => [Buffer.from("h\u00e9llo").latin1Slice(0, 3), Buffer.from("hello").utf8Slice(1, 3), Buffer.from("ab").hexSlice()],
  "isUtf8, isAscii": () => [isUtf8(Buffer.from("\u00e9")), isUtf8(Buffer.from([0xff])), isAscii(Buffer.from("a")), isAscii(Buffer.from("\u00e9"))],
  "isIPv6": () => ["::1", "fe80::1%eth0", "1::2::3", "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::", "g::1", ""].map(isIPv6),
  "isIPv4": () => ["1.2.3.4", "256.1.1.1", "01.2.3.4", "1.2.3"].map(isIPv4),
  "isIP": () => ["1.2.3.4", "::1", "x"].map(isIP),
  "url.parse": () => { const { auth, hash, host, hostname, pathname, port, query } = url.parse("http://u:p@h:8/p?q=1#h", true); return { auth, hash, host, hostname, pathname, port, query }; },
  "url.parse of others": () => [[], [true], [false, true]].flatMap((options) => URLS.map((one) => attempt(() => plain(url.parse(one, ...options))))),
  "url.format of others": () => URLS.map((one) => attempt(() => url.format(url.parse(one)))),
  "url of what is none": () => ["parse", "format", "resolve", "fileURLToPath", "pathToFileURL"].flatMap((name) => NO_URLS.map((value) => attempt(() => plain(url[name](value, "a"))))),
  "url.fileURLToPath": () => ["file:///a/b", "file:///a%20b", "file:///a%2Fb", "http://a/", "file://host/a", "/a", "file:///\u00e9"].map((one) => attempt(() => url.fileURLToPath(one))),
  "url.fileURLToPath on Windows": () => ["file:///C:/a", "file://h/a", "file:///a", "file:///C:/a%5Cb"].map((one) => attempt(() => url.fileURLToPath(one, { windows: true }))),
  "url.pathToFileURL": () => ["/a b", "/a#b?c%", "/a\\b", "/\u00e9", "/a/", "/a\nb", "/"].map((one) => url.pathToFileURL(one).href),
  "url.pathToFileURL on Windows": () => ["C:\\a b", "\\\\h\\s\\a"].map((one) => url.pathToFileURL(one, { windows: true }).href),
  "url.domainToASCII": () => ["\u00e9.com", "xn--tda.com", "EXAMPLE.com", "a b", "", "\u65e5\u672c", "a/b", "none.invalid", "a:80", "a?b", "[::1]", "1.2", "a@b", "a\tb", 5].map((one) => [url.domainToASCII(one), url.domainToUnicode(one)]),
  "url.domainToASCII of nothing": () => [attempt(() => url.domainToASCII()), attempt(() => url.domainToUnicode())],
  "url, names": () => Object.keys(url).sort(),
  "url.resolve": () => [url.resolve("/one/two", "three"), url.resolve("http://a.com/b/c", "../d"), url.resolve("http://a.com/b", "//c.com/d")],
  "url.format": () => [url.format({ protocol: "http", host: "x", pathname: "/y" }), url.format(new URL("http://u:p@xn--tda.com/a?b#c"), { fragment: false, unicode: true, auth: false, search: false })],
  "process.hrtime": () => { const [seconds, rest] = process.hrtime(process.hrtime()); return [seconds, rest >= 0 && rest < 1e9, typeof process.hrtime.bigint()]; },
  "process.nextTick": () => new Promise((resolve) => { process.nextTick(resolve, 7); }),
  "process.platform": () => [process.platform, process.arch, process.env.GREETING, Array.isArray(process.argv)],
};
