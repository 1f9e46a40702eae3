import util, { format, inspect, promisify, types } from "node:util";
import assert, { strict } from "node:assert";

const attempt = (run) => { try { const value = run(); return value === undefined ? "undefined" : value; } catch (error) { return [error.name, error.code, error.message]; } };
const circular = {};
circular.self = circular;
const looped = () => { const value = {}; value.value = value; return value; };
class Foo { x = 1; }
function Old() {}

const holds = (assertion, a, b) => { try { assertion(a, b); return true; } catch (error) { return error.code === "ERR_ASSERTION" ? false : error; } };
const ring = (...parts) => { const value = [...parts]; value.push(value); return value; };
const twice = () => { const value = { n: {} }; value.n.n = value; return value; };
const s = Symbol("s");
const shared = new WeakMap();

export const cases = {
  "inspect, objects": () => inspect({ a: [1, { b: 2 }], s: "x", m: new Map([[1, 2]]), n: null, u: undefined }),
  "inspect, depth": () => [inspect({ a: { b: { c: { d: 1 } } } }), inspect({ a: { b: { c: { d: 1 } } } }, { depth: 0 }), inspect({ a: { b: { c: { d: 1 } } } }, { depth: null })],
  "inspect, classes": () => [inspect(new Foo()), inspect(Foo), inspect(new (class Bar extends Foo {})()), inspect(Object.create(null))],
  "inspect, circles": () => inspect(circular),
  "inspect, kinds": () => inspect([new Set(["a"]), Symbol("x"), 10n, -0, () => 1, function f() {}, new Date(0), /x/g, new Uint8Array(3), new Map([[{ a: 1 }, "b"]]), new WeakMap(), Object(1)]),
  "inspect, texts": () => [inspect("it's \"q\""), inspect(["a\nb"]), inspect("a'b")],
  "inspect, long lists": () => inspect(Array(120).fill(1)),
  "inspect, long lines": () => inspect({ a: "x".repeat(50), b: "y".repeat(50) }),
  "inspect, colours": () => inspect({ a: 1, b: "x" }, { colors: true }),
  "inspect, getters and symbols": () => inspect({ a: 1, get b() { return 1; }, [Symbol("s")]: 2 }),
  "inspect, its own way": () => inspect({ [inspect.custom]: (depth, options) => `CUSTOM ${depth} ${options.compact}` }),
  "inspect, Buffer": () => inspect(Buffer.from("hi")),
  "inspect, errors": () => inspect(new TypeError("bad")).split("\n")[0],
  "format": () => [format("%s %d %j %o", "a", 1, { x: 1 }, [1]), format("%s %s", { a: 1 }, [1, 2]), format("%d %i %f", 1.5, "42.9", "3.2"), format("a", "b", { c: 1 }), format("%%%s%x", "q"), format(1, 2, "3"), format("%c%s", "css", "x")],
  "formatWithOptions": () => util.formatWithOptions({ colors: true }, "%O", { a: 1 }),
  "promisify": async () => [await promisify((n, callback) => callback(null, n + 1))(1), await promisify(setTimeout)(1, "v"), String(promisify.custom)],
  "promisify of errors": () => promisify((callback) => callback(new Error("no")))(),
  "promisify of no function": () => promisify(5),
  "callbackify": () => new Promise((resolve) => { util.callbackify(async (n) => n + 1)(4, (error, value) => resolve([error, value])); }),
  "inherits": () => { util.inherits(Old, Foo); return [new Old() instanceof Foo, Old.super_ === Foo]; },
  "isDeepStrictEqual": () => [
    [{ a: 1 }, { a: 1 }], [[1], ["1"]], [new Map([[1, { a: 1 }]]), new Map([[1, { a: 1 }]])], [new Set([{ a: 1 }]), new Set([{ a: 1 }])], [new Set([1]), new Set([2])], [/a/g, /a/i],
    [new Date(0), new Date(0)], [NaN, NaN], [0, -0], [[1, , 2], [1, undefined, 2]], [new Foo(), { x: 1 }], [looped(), looped()], [new Uint8Array([1]), new Uint8Array([1])],
    [Object(1), Object(2)], [new Error("a"), new Error("b")], [{ [Symbol.for("s")]: 1 }, {}], [[1, 2], { 0: 1, 1: 2 }],
  ].map(([a, b]) => util.isDeepStrictEqual(a, b)),
  "types": () => [types.isNativeError(new Error()), types.isAsyncFunction(async () => 1), types.isGeneratorFunction(function* () {}), types.isTypedArray(new Uint8Array()), types.isUint8Array(Buffer.alloc(1)),
    types.isBoxedPrimitive(Object(1)), types.isMapIterator(new Map().keys()), types.isArgumentsObject((function () { return arguments; })()), types.isAnyArrayBuffer(new ArrayBuffer(1)), types.isMap(new Set()),
    types.isDate({}), types.isPromise(Promise.resolve()), types.isRegExp(/a/), types.isDataView(new DataView(new ArrayBuffer(1)))],
  "small things": () => [util.stripVTControlCharacters("\u001b[31mx\u001b[0m"), util.toUSVString("a\ud800"), util.deprecate(() => 4, "old")(), String(new util.MIMEType("text/html;a=b")), util.parseEnv("A=1\nB=\"x y\"")],
  "MIMEType": () => [
    "text/HTML; Charset=\"utf-8\"; a=b", "x", "", "/", "a/", "/b", " a/b ", "a/b;", "a/b;c", "a/b;c=", "a/b;c=\"\"", "a/b;=d", "a/b;c=d;c=e", "a/b; c = d", "a/b;c=d e", "a/b;c=\"d\\\"e\"", "a/b;c=\"d", "a/b;c=\"d\"x;e=f",
    "a/b;c=\u0100", "a b/c", "a/b c", "a/b;;c=d", "A/B;C=D", "a/b;c=\u00e9", "a/b;c=d\u007f",
  ].map((text) => attempt(() => { const mime = new util.MIMEType(text); return [String(mime), mime.type, mime.subtype, mime.essence, [...mime.params], JSON.stringify(mime)]; })),
  "MIMEType, changed": () => { const mime = new util.MIMEType("a/b"); const { params } = mime; return [attempt(() => { mime.type = "C"; mime.subtype = "D"; params.set("Q", "1 2"); params.set("r", ""); return String(mime); }), attempt(() => { mime.type = ""; }), attempt(() => { mime.subtype = "x y"; }), attempt(() => params.set("", "x")), attempt(() => params.set("a", "\u0100")), params.get("q"), params.get("z"), params.has("q"), params.delete("q") ?? [...params.keys()]]; },
  "MIMEType, its errors": () => ["a\"/b", "a\\/b", "a\nb/c", "it's /b", "\u00e9/b", ""].map((text) => attempt(() => String(new util.MIMEType(text)))),
  "MIMEType, what classes have": () => [Object.getOwnPropertyNames(util.MIMEParams), Object.getOwnPropertyNames(util.MIMEType), ["a", "a/b; c=d", 5].map((text) => attempt(() => String(util.MIMEType.parse(text))))],
  "parseEnv": () => [
    "A=1", "A='x y'", "A=\"a\\nb\"", "export A=1", "A = 1 # c", "#A=1", "A=", "A", "A=1\r\nB=2", "A=`x`", "A='a\nb'", "A=x#y", "A=\"x\" # y", "A.B=1", " A=1 ", "A=\"a\\\"b\"", "A='", "=1", "A==1", "A=1=2", "A=\"x\nB=1", "A='a'b'", "A-B=1", "1A=2", "A= #x", 5, undefined,
  ].map((text) => attempt(() => ({ ...util.parseEnv(text) }))),
  "styleText": () => [["red", "a"], [["bold", "red"], "a"], ["nope", "a"], ["red", 5], [[], "a"]].map((args) => attempt(() => util.styleText(...args, { validateStream: false }))),
  "inherits of what is no class": () => [[null, Old], [function () {}, null], [function () {}, {}]].map((args) => attempt(() => util.inherits(...args))),
  "assert, what holds": () => {
    strict.ok(1);
    strict.deepEqual({ a: [1, new Map([[1, 2]])] }, { a: [1, new Map([[1, 2]])] });
    strict.notDeepEqual([1], ["1"]);
    strict.throws(() => { throw new TypeError("x"); }, { name: "TypeError", message: /x/ });
    strict.doesNotThrow(() => {});
    strict.match("abc", /b/);
    strict.ifError(null);
    return "all";
  },
  "assert.strictEqual": () => strict.strictEqual(1, 2),
  "assert.strictEqual of texts": () => strict.strictEqual("a", "b"),
  "assert.strictEqual of objects": () => strict.strictEqual({ a: 1 }, { a: 1 }),
  "assert.notStrictEqual": () => strict.notStrictEqual(1, 1),
  "assert.deepStrictEqual": () => strict.deepStrictEqual({ a: 1, b: [1, 2] }, { a: 1, b: [1, 3] }),
  "assert.deepStrictEqual of lists": () => strict.deepStrictEqual([1, 2, 3], [1, 2, 4]),
  "assert.notDeepStrictEqual": () => strict.notDeepStrictEqual({ a: 1 }, { a: 1 }),
  "assert.partialDeepStrictEqual of lists": () => [
    [[1, 2], [2, 1]], [[1, 2, 3], [1, 3]], [[1, 2, 3], [3, 2]], [[1], [1, 1]], [[1], []], [[{ a: 1, b: 2 }, { c: 1 }], [{ a: 1 }, { c: 1 }]], [[{ a: 1, b: 2 }, { a: 1 }], [{ a: 1 }, { a: 1, b: 2 }]],
    [{ a: [[1, 2], [3]] }, { a: [[2]] }], [[1, , 3], [1, undefined]], [[1, undefined], [1, , ]], [[1], [1, , ]], [[, , 3], [3]], [[3], [, , 3]], [[1, 2, , 5], [2, , 5]], [[, 1], [undefined, 1]],
    [[1], Object.assign([1], { x: 1 })], [Object.assign([1, 2], { x: 1 }), Object.assign([2], { x: 1 })], [Object.assign([1], { [s]: 1 }), Object.assign([1], { [s]: 2 })], [[1], {}], [{ 0: 1 }, []], [ring(1), ring()],
  ].map(([a, b]) => holds(assert.partialDeepStrictEqual, a, b)),
  "assert.partialDeepStrictEqual of sets and maps": () => [
    [new Set([1, 2, 3]), new Set([3, 1])], [new Set([1]), new Set([1, 2])], [new Set([{ a: 1, b: 2 }]), new Set([{ a: 1 }])], [new Set([{ a: 1, b: 2 }, { a: 1 }]), new Set([{ a: 1 }, { a: 1, b: 2 }])], [new Set([[1, 2], [3, 4]]), new Set([[4], [1]])],
    [new Set(["1"]), new Set([1])], [new Set([1]), Object.assign(new Set([1]), { x: 1 })], [new Map([[1, 2], [3, 4]]), new Map([[3, 4]])], [new Map([[1, { a: 1, b: 2 }]]), new Map([[1, { a: 1 }]])], [new Map([[1, 1]]), new Map([[2, undefined]])],
    [new Map([[{ a: 1, b: 2 }, 1]]), new Map([[{ a: 1 }, 1]])], [new Map([["a", [1, 2]]]), new Map([["a", [2, 1]]])], [new Map(), Object.assign(new Map(), { x: 1 })],
  ].map(([a, b]) => holds(assert.partialDeepStrictEqual, a, b)),
  "assert.partialDeepStrictEqual of bytes": () => [
    [new Uint8Array([1, 2, 3]), new Uint8Array([1, 3])], [new Uint8Array([1, 2, 3]), new Uint8Array([3, 1])], [new Uint8Array([1]), new Uint8Array([1, 2])], [new Uint8Array([1]), new Int8Array([1])], [new Uint8Array([1, 2, 3]).buffer, new Uint8Array([2, 3]).buffer],
    [Buffer.from("abc"), Buffer.from("bc")], [new DataView(new ArrayBuffer(4)), new DataView(new ArrayBuffer(2))], [new Float64Array([1, 2, 3]), new Float64Array([1, 3])], [Object.assign(new Uint8Array(2), { x: 1 }), Object.assign(new Uint8Array(1), { x: 2 })],
  ].map(([a, b]) => holds(assert.partialDeepStrictEqual, a, b)),
  "assert.partialDeepStrictEqual of objects": () => [
    [{ a: 1, b: { c: 1, d: 2 } }, { b: { d: 2 } }], [{ a: 1 }, { b: undefined }], [new Foo(), { x: 1 }], [new Foo(), Foo], [{ [s]: 1, a: 1 }, { [s]: 1 }], [{ a: 1 }, { [s]: 1 }], [{ a: 0 }, { a: -0 }], [{ a: null }, {}], [twice(), twice()],
    [new Error("a"), new Error("")], [new TypeError("a"), new Error("a")], [new Error("a", { cause: { x: 1, y: 2 } }), new Error("a", { cause: { x: 1 } })], [new Error("a"), new Error("a", { cause: 1 })], [new AggregateError([1, 2], "x"), new AggregateError([2], "x")],
    [Object.assign(new Date(0), { x: 1 }), new Date(0)], [/a/g, /a/i], [Object("ab"), Object("a")], [new URL("http://a/"), new URL("http://b/")], [shared, shared], [shared, new WeakMap()], [1, 1], [1, 2], [NaN, NaN], [null, {}],
  ].map(([a, b]) => holds(assert.partialDeepStrictEqual, a, b)),
  "assert.deepStrictEqual and deepEqual of odd things": () => [
    [new URL("http://a/"), new URL("http://b/")], [new Error("a", { cause: undefined }), new Error("a")], [twice(), (() => { const value = {}; value.n = value; return value; })()], [Object.create({}), {}], [Object.create(null), {}], [(function* () {})(), (function* () {})()],
    [new Float64Array([0]), new Float64Array([-0])], [Promise.resolve(), Promise.resolve()], [new Set(["1"]), new Set([1])], [new Map([["1", 1]]), new Map([[1, 1]])], [new AggregateError([1], "x"), new AggregateError([2], "x")],
  ].map(([a, b]) => [holds(strict.deepEqual, a, b), holds(assert.deepEqual, a, b)]),
  "assert.partialDeepStrictEqual": () => strict.partialDeepStrictEqual({ a: 1, b: 2 }, { a: 2 }),
  "assert.deepStrictEqual of what looks the same": () => strict.deepStrictEqual(new WeakSet(), new WeakSet()),
  "assert.deepStrictEqual of errors": () => strict.deepStrictEqual(Object.assign(new TypeError("a"), { code: 1 }), Object.assign(new TypeError("a"), { code: 2 })),
  "assert.deepStrictEqual of lists that are shifted": () => strict.deepStrictEqual([4, 1, { a: 1 }], [1, { a: 1 }, 4]),
  "assert.deepStrictEqual of lists that are cut": () => strict.deepStrictEqual([[1, 2], new Map([[[1], { x: 1, y: 2 }]])], [[1], new Map([[[1, 2], { x: 1 }]])]),
  "assert.deepStrictEqual of long lists": () => [[0, 6], [0, 7], [0, 8], [3, 20], [15, 20], [8, 20]].map(([at, length]) => {
    const list = Array.from({ length }, (_, n) => n);
    try { strict.deepStrictEqual(list, list.with(at, -1)); } catch (error) { return error.message; }
  }),
  "assert.strictEqual of values of one line": () => [["abcdef", "abcdeg"], ["abcdefgh", "abcdefgi"], ["abcdefgh", "xbcdefgh"], [12345678901, "a"], [0, -0], [Foo, Old], [Foo, {}], [{}, []], ["x".repeat(50), "y".repeat(50)]]
    .map(([a, b]) => { try { strict.strictEqual(a, b); } catch (error) { return error.message; } }),
  "assert.strictEqual of long texts": () => strict.strictEqual("a\nb\nc\nd\ne\nf\ng\nh\ni\nj", "a\nb\nc\nd\ne\nf\ng\nh\nx\nj"),
  "assert.notDeepEqual": () => assert.notDeepEqual({ a: 1 }, { a: 1 }),
  "assert.notDeepEqual of what looks different": () => assert.notDeepEqual([1], ["1"]),
  "assert.throws without an error": () => strict.throws(() => {}),
  "assert.throws of another class": () => strict.throws(() => { throw new TypeError("x"); }, RangeError),
  "assert.throws of another text": () => strict.throws(() => { throw new Error("x"); }, /y/),
  "assert.throws of no function": () => strict.throws("x"),
  "assert.rejects without an error": () => strict.rejects(Promise.resolve(1)),
  "assert.doesNotThrow": () => strict.doesNotThrow(() => { throw new Error("boo"); }),
  "assert.match": () => strict.match("abc", /x/),
  "assert.doesNotMatch": () => strict.doesNotMatch("abc", /a/),
  "assert.fail": () => strict.fail("m"),
  "assert.ifError": () => strict.ifError(new Error("e")),
  "fields of the error": () => { try { strict.strictEqual(1, 2); } catch (error) { return [error.name, error.code, error.actual, error.expected, error.operator, error.generatedMessage]; } },
  "own errors": () => strict.strictEqual(1, 2, new RangeError("own")),
};
