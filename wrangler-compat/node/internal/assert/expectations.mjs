// What assert.throws() and its kind take as the error they expect: a class, a function that judges, a
// pattern, or an object whose properties the error has to have.
import { invalidArgType, invalidArgValue } from "../errors.mjs";
import { isDeepStrictEqual } from "../util/equality.mjs";
import { inspect } from "../util/inspect.mjs";
import { isRegExp } from "../../util/types.mjs";
import { AssertionError } from "./assertion_error.mjs";

function checkProperties(actual, expected, message, assertion) {
  const keys = Object.keys(expected);
  if (expected instanceof Error) keys.push("name", "message");
  else if (keys.length === 0) throw invalidArgValue("error", expected, "may not be an empty object");
  for (const key of keys) {
    const matches = typeof actual[key] === "string" && isRegExp(expected[key])
      ? expected[key].test(actual[key]) : key in actual && isDeepStrictEqual(actual[key], expected[key]);
    if (matches) continue;
    if (message instanceof Error) throw message;
    const pick = (value) => Object.fromEntries(
      keys.filter((name) => name in value).map((name) => [name, value[name]]));
    const error = new AssertionError({
      actual: pick(actual), expected: pick(expected), message, operator: "deepStrictEqual", stackStartFn: assertion,
    });
    throw Object.assign(error, { actual, expected, operator: assertion.name });
  }
}

function checkPattern(actual, expected, message, assertion) {
  if (expected.test(String(actual))) return;
  if (message instanceof Error) throw message;
  throw new AssertionError({
    actual, expected, operator: assertion.name, stackStartFn: assertion,
    message: message ?? `The input did not match the regular expression ${inspect(expected)}. ` +
      `Input:\n\n${inspect(String(actual))}\n`,
  });
}

function checkFunction(actual, expected, message, assertion) {
  if (expected.prototype !== undefined && actual instanceof expected) return;
  let text = message;
  if (Error.prototype.isPrototypeOf(expected) || expected === Error || expected.prototype instanceof Error) {
    text ??= `The error is expected to be an instance of "${expected.name}". Received ` +
      (actual instanceof Error ? `"${actual.name}"\n\nError message:\n\n${actual.message}` : `"${inspect(actual, { depth: -1 })}"`);
  } else {
    const verdict = Reflect.apply(expected, {}, [actual]);
    if (verdict === true) return;
    const name = expected.name ? `"${expected.name}" ` : "";
    text ??= `The ${name}validation function is expected to return "true". Received ${inspect(verdict)}` +
      (actual instanceof Error ? `\n\nCaught error:\n\n${actual}` : "");
  }
  if (message instanceof Error) throw message;
  throw new AssertionError({ actual, expected, message: text, operator: assertion.name, stackStartFn: assertion });
}

// Throws unless `actual`, which was thrown, is what is expected.
export function checkThrown(actual, expected, message, assertion) {
  if (expected === undefined) return;
  if (typeof expected === "function") return checkFunction(actual, expected, message, assertion);
  if (isRegExp(expected)) return checkPattern(actual, expected, message, assertion);
  if (typeof expected !== "object" || expected === null) {
    throw invalidArgType("error", "of type function or an instance of Error, RegExp, or Object", expected);
  }
  if ((typeof actual !== "object" && typeof actual !== "function") || actual === null) {
    throw new AssertionError({ actual, expected, message, operator: "deepStrictEqual", stackStartFn: assertion });
  }
  checkProperties(actual, expected, message, assertion);
}
