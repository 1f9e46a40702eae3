import buffer, { Buffer } from "node:buffer";

const attempt = (run) => {
  try {
    const value = run();
    return typeof value === "bigint" ? `${value}n` : Buffer.isBuffer(value) ? value.toString("hex") : Number.isNaN(value) ? "NaN" : value;
  } catch (error) {
    return [error.name, error.code, error.message];
  }
};
const all = (values, run) => values.map((value) => attempt(() => run(value)));
const calls = (make, name, lists) => all(lists, (args) => make()[name](...args));
// What a method answers, and what the Buffer is then.
const effects = (name, lists, size = 5) => all(lists, (args) => { const bytes = Buffer.alloc(size); return [bytes[name](...args), bytes.toString("hex")].map((one) => (one === bytes ? "itself" : one)); });

const hello = () => Buffer.from("hello");
const ENCODINGS = ["utf8", "utf-8", "UCS2", "utf16le", "latin1", "binary", "ascii", "hex", "base64", "base64url"];
const TEXTS = ["", "a", "h\u00e9llo", "\ud83d\ude00", "\ud800", "\udc00a", "zz", "0g", "abc", "616", "YWJj", "YW Jj\n", "YW=Jj", "-_+/", "YQ==", "YQ=", "a\u0000b", "\u00ff\u0100", "\ufeffa"];
const BYTES = [
  [], [0x61], [0xc3, 0xa9], [0xc3], [0xe2, 0x82], [0xe2, 0x82, 0xe2, 0x82, 0xac], [0xf0, 0x9f, 0x98, 0x80], [0xf0, 0x9f, 0x98], [0xff, 0xfe], [0xed, 0xa0, 0x80], [0xc0, 0x80],
  [0xef, 0xbb, 0xbf, 0x61], [0, 1, 2], [0x3d, 0xd8, 0, 0xde], [0x80, 0xff], [0xf5, 0x80, 0x80, 0x80],
];
const NOT_BYTES = [undefined, null, true, {}, () => 1, 5n, NaN];
const OFFSETS = [0, 1, undefined, 100, -1, 1.5, "1", null, NaN];
const NUMBERS = ["UInt8", "Int8", ...["UInt16", "Int16", "UInt32", "Int32", "Float", "Double", "BigUInt64", "BigInt64"].flatMap((name) => [`${name}LE`, `${name}BE`])];
const VALUES = {
  UInt8: [0, 255, 256, -1, "5", 1.5, NaN, undefined, null], Int8: [127, 128, -129], UInt16LE: [65535, 65536], UInt16BE: [258], Int16LE: [-2], Int16BE: [32768, -1], UInt32LE: [16909060], UInt32BE: [2 ** 32, 2 ** 32 - 1],
  Int32LE: [-(2 ** 31), 2 ** 31], Int32BE: [-2], FloatLE: [1.5, Infinity, 1e50, "2"], FloatBE: [-0.1], DoubleLE: [1e300], DoubleBE: [0.1, NaN], BigUInt64LE: [5n, -1n, 2n ** 64n, 5], BigUInt64BE: [258n], BigInt64LE: [-2n], BigInt64BE: [-5n, 2n ** 63n],
};
const nine = () => Buffer.from([1, 2, 0xf3, 0xf4, 5, 6, 7, 0xf8, 9]);

export const cases = {
  ...Object.fromEntries(ENCODINGS.map((encoding) => [`from ${encoding}`, () => TEXTS.map((text) => [Buffer.from(text, encoding).toString("hex"), Buffer.byteLength(text, encoding)])])),
  ...Object.fromEntries(ENCODINGS.map((encoding) => [`toString ${encoding}`, () => BYTES.map((bytes) => [Buffer.from(bytes).toString(encoding), Buffer.from([1, ...bytes, 2]).toString(encoding, 1, bytes.length + 1)])])),
  ...Object.fromEntries(NUMBERS.map((name) => [`read${name}`, () => all(OFFSETS, (offset) => nine().subarray(0, name.endsWith("8") ? 2 : 9)[`read${name}`](offset))])),
  ...Object.fromEntries(NUMBERS.map((name) => [`write${name}`, () => effects(`write${name}`, VALUES[name].flatMap((value) => [0, 1, undefined, 9, -1, 1.5, "0"].map((offset) => [value, offset])), 9)])),
  ...Object.fromEntries(["readUIntLE", "readUIntBE", "readIntLE", "readIntBE"].map((name) => [name, () => calls(nine, name, [[0, 1], [0, 3], [2, 6], [0, 7], [0, 0], [4, 6], [1, 5], [0], ["0", 1], [0, "1"], [0, 1.5], []])])),
  ...Object.fromEntries(["writeUIntLE", "writeUIntBE", "writeIntLE", "writeIntBE"].map((name) => [name, () => effects(name, [[1, 0, 1], [0x123456, 0, 3], [2 ** 40, 0, 6], [2 ** 48, 0, 6], [-2, 0, 3], [1, 0, 7], [1, 5, 6], [1, 0]], 9)])),
  "numbers by their other names": () => [nine().readUint16BE(0), nine().readBigUint64LE(0), Buffer.alloc(2).writeUint16LE(1), nine().readUintBE(0, 3)].map((value) => attempt(() => value)),
  "too small": () => calls(() => Buffer.alloc(1), "readInt32LE", [[0], [1]]),
  "toString of a part": () => calls(hello, "toString", [[0, 2], [1], [-1, 2], [2, 1], [0, 100], [undefined, 2], ["1", "3"], [NaN, 2], [1.9, 2.9]].map((ends) => ["utf8", ...ends])),
  "toString in no encoding": () => hello().toString("nope"),
  "toString in others": () => ["", null, 5, "nope"].flatMap((encoding) => [[], [5], [1, 1], [0, 2]].map((ends) => attempt(() => hello().toString(encoding, ...ends)))),
  "toString of nothing": () => all(["nope", "", null], (encoding) => Buffer.alloc(0).toString(encoding)),
  "fill with other views": () => all([new Uint16Array([1, 2]), new Uint32Array([0x01020304]), new DataView(new ArrayBuffer(3)), new ArrayBuffer(3), [3]], (value) => Buffer.alloc(6, 7).fill(value)),
  "byteLength base64": () => ["", "=", "==", "===", "a=", "a==", "a===", "ab==", "abc=", "abcd====", "a=b", "=a", "=ab=", "a\n="].map((text) => Buffer.byteLength(text, "base64")),
  "from what is no bytes": () => all(NOT_BYTES, (value) => Buffer.from(value)),
  "from objects": () => all([[1, 2, 300, -1, 1.5, "3"], new Uint16Array([1, 256]), new ArrayBuffer(3), { length: 2, 0: 1, 1: 2 }, { type: "Buffer", data: [1, 2] }, new String("ab"), { valueOf() { return "vo"; } }, new Set([1])], (value) => Buffer.from(value)),
  "from parts of memory": () => all([[0, 2], [1], [1, 1], [5], [0, 9], ["1"]], (ends) => Buffer.from(new Uint8Array([1, 2, 3]).buffer, ...ends)),
  "alloc": () => all([[3], [3, 1], [3, "ab"], [3, "ab", "hex"], [5, Buffer.from("xy")], [0], [3, ""], [3, 256], [-1], ["3"], [NaN], [3, "zz", "hex"], [3, "a", "nope"]], (args) => Buffer.alloc(...args)),
  "allocUnsafe": () => all([-1, "3", null], (size) => Buffer.allocUnsafe(size)),
  "byteLength of others": () => all([...NOT_BYTES, new ArrayBuffer(3), new Uint16Array(2), new DataView(new ArrayBuffer(5))], (value) => Buffer.byteLength(value)),
  "concat": () => all([[[Buffer.from("a"), new Uint8Array([1])]], [[Buffer.from("abc"), Buffer.from("d")], 2], [[Buffer.from("a")], 3], [[]], [[1]], [["a"]], [5], [[Buffer.from("a")], -1]], (args) => Buffer.concat(...args)),
  "compare": () => [["a", "b"], ["b", "a"], ["a", "a"], ["a", "ab"]].map(([a, b]) => [Buffer.compare(Buffer.from(a), Buffer.from(b)), Buffer.from(a).compare(Buffer.from(b)), Buffer.from(a).equals(Buffer.from(b))]),
  "compare parts": () => all([[0, 2, 1, 3], [1], [0, 1, 0, 1], [9], [0, 9], [0, 0], [0, 5, 5]], (ends) => hello().compare(Buffer.from("hellp"), ...ends)),
  "compare with others": () => [...all([5, "a", [1], new Uint8Array([0x61])], (value) => Buffer.from("a").equals(value)), ...all([5, new Uint8Array(1)], (value) => Buffer.from("a").compare(value)), ...all(NOT_BYTES, (value) => Buffer.compare(value, hello()))],
  ...Object.fromEntries(["indexOf", "lastIndexOf", "includes"].map((name) => [name, () => calls(hello, name, [
    ["l"], ["lo"], [108], ["l", 3], ["l", -1], ["l", -2], ["z"], [""], ["", 3], ["", 9], [Buffer.from("ll")], ["6c", "hex"], ["6c", 0, "hex"], [null], [{}], ["l", "3"], ["l", NaN], ["l", {}], [108.9], [364], [-148],
    ["l", undefined, "latin1"], [new Uint8Array([108])], ["l", 0, "nope"], ["hello!"], ["h", -9], ["o", 9], ["l", 2.9],
  ])])),
  "indexOf in letters of two bytes": () => [["b"], ["a", 1], ["b", -2], [Buffer.from([0x62]), 0]].map((args) => Buffer.from("abab", "utf16le").indexOf(args[0], args[1] ?? 0, "utf16le")),
  "write": () => effects("write", [["abc"], ["abc", 1], ["abc", 1, 1], ["abc", "hex"], ["6162", 0, "hex"], ["\u00e9", 0, 1], ["h\u00e9\u00e9", 0, 4], ["abc", 5], ["abc", 6], ["abc", -1], ["abc", 0, 9], [5], ["zz", "hex"], ["616", "hex"], ["abc", 0, 2, "nope"], ["abc", "1"], ["abc", 0, "ucs2"], ["YWJj", 1, "base64"]]),
  "fill": () => effects("fill", [["a"], ["ab"], ["ab", 1], ["ab", 1, 3], [1], [256], [-1], [""], ["zz", "hex"], ["6162", "hex"], [Buffer.from("xy")], ["a", 6], ["a", -1], ["a", 0, 6], [true], [undefined], ["\u00e9"], ["abc", 0, 5, "nope"], ["a", "b"]]),
  "copy": () => all([[0], [1], [0, 2], [0, 1, 3], [9], [0, 9], [-1], [0, -1], [0, 3, 1], ["1"]], (args) => { const to = Buffer.alloc(4); return [hello().copy(to, ...args), to.toString("hex")]; }),
  "copy to what is no bytes": () => hello().copy([]),
  "copyBytesFrom": () => all([[new Uint16Array([1, 2, 3])], [new Uint16Array([1, 2, 3]), 1], [new Uint16Array([1, 2, 3]), 1, 1], [5], [new Uint8Array(2), -1], [new Uint8Array(2), 5]], (args) => Buffer.copyBytesFrom(...args)),
  "parts": () => [[], [1], [-2], [1, 3], [3, 1], [0, 99], ["1"], [1.5], [NaN]].map((ends) => [hello().slice(...ends).toString(), hello().subarray(...ends).toString()]),
  "swap": () => [16, 32, 64].flatMap((bits) => [8, 3].map((size) => attempt(() => Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]).subarray(0, size)[`swap${bits}`]()))),
  "transcode": () => all([["utf8", "ascii"], ["utf8", "latin1"], ["utf8", "ucs2"], ["latin1", "utf8"], ["utf8", "hex"], ["utf8", "nope"]], (encodings) => buffer.transcode(Buffer.from("\u00e9\u20ac"), ...encodings)),
  "JSON": () => [JSON.stringify(Buffer.from("ab")), JSON.stringify({ b: Buffer.alloc(0) })],
};
