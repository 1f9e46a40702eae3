import util, { format, inspect, promisify, types } from "node:util";
import { strict } from "node:assert";

const circular = {};
circular.self = circular;
const looped = () => { const value = {}; value.value = value; return value; };
class Foo { x = 1; }
function Old() {}

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
