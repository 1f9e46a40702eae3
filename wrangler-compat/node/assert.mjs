// node:assert. Messages show values as Node.js does.
import { AssertionError } from "./internal/assert/assertion_error.mjs";
import { checkThrown } from "./internal/assert/expectations.mjs";
import { checkFunction } from "./internal/checks.mjs";
import { invalidArgType, typeError } from "./internal/errors.mjs";
import { isDeepEqual, isDeepStrictEqual, isPartiallyEqual } from "./internal/util/equality.mjs";
import { inspect } from "./internal/util/inspect.mjs";
import { isRegExp } from "./util/types.mjs";

export { AssertionError };

function refuse(fields) {
  if (fields.message instanceof Error) throw fields.message;
  throw new AssertionError(fields);
}

// An assertion of two values that `holds` decides.
function comparing(operator, holds) {
  const assertion = function (...args) {
    if (args.length < 2) throw typeError("ERR_MISSING_ARGS", 'The "actual" and "expected" arguments must be specified');
    const [actual, expected, message] = args;
    if (!holds(actual, expected)) {
      refuse({ actual, expected, message, operator: operator.shown ?? operator, stackStartFn: assertion });
    }
  };
  return Object.defineProperty(assertion, "name", { value: operator.name ?? operator });
}

const not = (holds) => (a, b) => !holds(a, b);
const looselyEqual = (a, b) => a == b || (a !== a && b !== b);

export const equal = /* @__PURE__ */ comparing({ name: "equal", shown: "==" }, looselyEqual);
export const notEqual = /* @__PURE__ */ comparing({ name: "notEqual", shown: "!=" }, /* @__PURE__ */ not(looselyEqual));
export const strictEqual = /* @__PURE__ */ comparing("strictEqual", Object.is);
export const notStrictEqual = /* @__PURE__ */ comparing("notStrictEqual", /* @__PURE__ */ not(Object.is));
export const deepEqual = /* @__PURE__ */ comparing("deepEqual", isDeepEqual);
export const notDeepEqual = /* @__PURE__ */ comparing("notDeepEqual", /* @__PURE__ */ not(isDeepEqual));
export const deepStrictEqual = /* @__PURE__ */ comparing("deepStrictEqual", isDeepStrictEqual);
export const notDeepStrictEqual = /* @__PURE__ */ comparing("notDeepStrictEqual", /* @__PURE__ */ not(isDeepStrictEqual));
export const partialDeepStrictEqual = /* @__PURE__ */ comparing("partialDeepStrictEqual", isPartiallyEqual);

function demand(args, assertion) {
  if (args[0]) return;
  // Node.js shows the source of the call, which a bundle does not have.
  const message = args.length === 0 ? "No value argument passed to `assert.ok()`"
    : args[1] ?? `The expression evaluated to a falsy value:\n\n  ${assertion.shown}(${inspect(args[0])})\n`;
  const error = message instanceof Error ? message : new AssertionError({
    actual: args[0], expected: true, message, operator: "==", stackStartFn: assertion,
  });
  if (!(message instanceof Error)) error.generatedMessage = args[1] === undefined;
  throw error;
}

export function ok(...args) {
  demand(args, ok);
}
ok.shown = "assert.ok";

export function fail(message) {
  if (message instanceof Error) throw message;
  const error = new AssertionError({ message: message ?? "Failed", operator: "fail", stackStartFn: fail });
  error.generatedMessage = message === undefined;
  throw error;
}

export function ifError(value) {
  if (value === null || value === undefined) return;
  const text = value instanceof Error ? value.message || value.constructor.name : inspect(value);
  const error = new AssertionError({
    actual: value, expected: null, operator: "ifError", stackStartFn: ifError,
    message: `ifError got unwanted exception: ${text}`,
  });
  error.generatedMessage = true;
  throw error;
}

// The text of an assertion may come in the place of the expected error.
const sorted = (expected, message) => (typeof expected === "string" ? [undefined, expected] : [expected, message]);

function missed(what, expected, message, assertion) {
  const name = expected?.name ? ` (${expected.name})` : "";
  refuse({
    actual: undefined, expected, operator: assertion.name, stackStartFn: assertion,
    message: message instanceof Error ? message : `Missing expected ${what}${name}${message ? `: ${message}` : "."}`,
  });
}

function unwanted(error, what, [expected, message], assertion) {
  if (expected !== undefined) {
    const wanted = typeof expected === "function" ? error instanceof expected
      : isRegExp(expected) && expected.test(String(error));
    if (!wanted) throw error;
  }
  refuse({
    actual: error, expected, operator: assertion.name, stackStartFn: assertion,
    message: `Got unwanted ${what}${message ? `: ${message}` : "."}\nActual message: "${error?.message}"`,
  });
}

function checkCallable(run) {
  checkFunction(run, "fn");
}

export function throws(run, ...rest) {
  checkCallable(run);
  const [expected, message] = sorted(...rest);
  try {
    run();
  } catch (error) {
    return checkThrown(error, expected, message, throws);
  }
  missed("exception", expected, message, throws);
}

export function doesNotThrow(run, ...rest) {
  checkCallable(run);
  try {
    run();
  } catch (error) {
    unwanted(error, "exception", sorted(...rest), doesNotThrow);
  }
}

function promiseOf(given) {
  const promise = typeof given === "function" ? given() : given;
  if (typeof promise?.then === "function") return promise;
  if (typeof given !== "function") {
    throw invalidArgType("promiseFn", "of type function or an instance of Promise", given);
  }
  throw typeError("ERR_INVALID_RETURN_VALUE",
    'Expected instance of Promise to be returned from the "promiseFn" function but got ' +
    `${promise === undefined ? "undefined" : `type ${typeof promise}`}.`);
}

export async function rejects(given, ...rest) {
  const [expected, message] = sorted(...rest);
  const promise = promiseOf(given);
  try {
    await promise;
  } catch (error) {
    return checkThrown(error, expected, message, rejects);
  }
  missed("rejection", expected, message, rejects);
}

export async function doesNotReject(given, ...rest) {
  const promise = promiseOf(given);
  try {
    await promise;
  } catch (error) {
    unwanted(error, "rejection", sorted(...rest), doesNotReject);
  }
}

function checkMatch(text, pattern, message, assertion, wanted) {
  if (!isRegExp(pattern)) throw invalidArgType("regexp", "an instance of RegExp", pattern);
  if (typeof text === "string" && pattern.test(text) === wanted) return;
  const generated = typeof text !== "string"
    ? `The "string" argument must be of type string. Received type ${typeof text} (${inspect(text)})`
    : wanted ? `The input did not match the regular expression ${inspect(pattern)}. Input:\n\n${inspect(text)}\n`
      : `The input was expected to not match the regular expression ${inspect(pattern)}. Input:\n\n${inspect(text)}\n`;
  if (message instanceof Error) throw message;
  const error = new AssertionError({
    actual: text, expected: pattern, message: message ?? generated, operator: assertion.name, stackStartFn: assertion,
  });
  error.generatedMessage = message === undefined;
  throw error;
}

export function match(text, pattern, message) {
  checkMatch(text, pattern, message, match, true);
}

export function doesNotMatch(text, pattern, message) {
  checkMatch(text, pattern, message, doesNotMatch, false);
}

const always = {
  AssertionError, deepStrictEqual, doesNotMatch, doesNotReject, doesNotThrow, fail, ifError, match,
  notDeepStrictEqual, notStrictEqual, ok, partialDeepStrictEqual, rejects, strictEqual, throws,
};

function assert(...args) {
  demand(args, assert);
}
assert.shown = "assert";

export function strict(...args) {
  demand(args, strict);
}
strict.shown = "assert";

Object.assign(assert, always, { equal, notEqual, deepEqual, notDeepEqual, strict });
Object.assign(strict, always, {
  equal: strictEqual, notEqual: notStrictEqual, deepEqual: deepStrictEqual, notDeepEqual: notDeepStrictEqual, strict,
});

export default assert;
