// Errors as Node.js has them: with a code, which is part of what a stack shows.
const LARGE = 2 ** 32;

function codedError(Base, code, message) {
  const error = new Base(message);
  error.code = code;
  // The code stands in the stack's first line and not in the name.
  Object.defineProperty(error, "name", { value: `${Base.name} [${code}]`, configurable: true });
  void error.stack;
  delete error.name;
  return error;
}

const show = (value) => {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "function") return `function ${value.name}`;
  if (typeof value === "object") return value.constructor?.name ? `an instance of ${value.constructor.name}` : "an object";
  const text = typeof value === "string" ? `'${value}'` : typeof value === "bigint" ? `${value}n` : String(value);
  return `type ${typeof value} (${text.length > 28 ? `${text.slice(0, 25)}...` : text})`;
};

export function invalidArgType(name, expected, actual) {
  const what = name.endsWith(" argument") ? name : `"${name}" ${name.includes(".") ? "property" : "argument"}`;
  return codedError(TypeError, "ERR_INVALID_ARG_TYPE",
    `The ${what} must be ${expected}. Received ${show(actual)}`);
}

export function invalidArgValue(name, value, reason = "is invalid") {
  const what = name.includes(".") ? "property" : "argument";
  const text = typeof value === "string" ? `'${value}'` : String(value);
  return codedError(TypeError, "ERR_INVALID_ARG_VALUE", `The ${what} '${name}' ${reason}. Received ${text}`);
}

// Large numbers in groups of three digits.
function showNumber(value) {
  const whole = typeof value === "bigint" || Number.isInteger(value);
  const text = whole && (value > LARGE || value < -LARGE) ? String(value).replace(/\B(?=(\d{3})+$)/g, "_") : String(value);
  return typeof value === "bigint" ? `${text}n` : text;
}

export function outOfRange(name, range, actual) {
  return codedError(RangeError, "ERR_OUT_OF_RANGE",
    `The value of "${name}" is out of range. It must be ${range}. Received ${showNumber(actual)}`);
}

export const typeError = (code, message) => codedError(TypeError, code, message);
export const rangeError = (code, message) => codedError(RangeError, code, message);
export const plainError = (code, message) => codedError(Error, code, message);

export const abortError = (cause) => Object.assign(
  new Error("The operation was aborted", cause === undefined ? undefined : { cause }), { name: "AbortError", code: "ABORT_ERR" });

// What isolane does not have fails where it is used, by name.
export const notImplemented = (name) => codedError(Error, "ERR_METHOD_NOT_IMPLEMENTED", `isolane does not have ${name}`);
export const optionNotImplemented = (name) => codedError(Error, "ERR_OPTION_NOT_IMPLEMENTED", `isolane does not have ${name}`);

export function missing(name) {
  return function () {
    throw notImplemented(name);
  };
}

export function missingClass(name) {
  return class {
    constructor() {
      throw notImplemented(name);
    }
  };
}
