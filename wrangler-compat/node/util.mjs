// node:util: what prints values is Node.js's own, the rest ours.
import allTypes from "node:util/types";
import { missing } from "./internal/errors.mjs";
import { callbackify, promisify } from "./internal/util/callbacks.mjs";
import { isDeepStrictEqual } from "./internal/util/equality.mjs";
import { parseEnv } from "./internal/util/env_file.mjs";
import { inherits } from "./internal/util/inherits.mjs";
import { format, formatWithOptions, inspect, stripVTControlCharacters } from "./internal/util/inspect.mjs";
import { MIMEParams, MIMEType } from "./internal/util/mime.mjs";
import { styleText } from "./internal/util/style.mjs";

export {
  MIMEParams, MIMEType, callbackify, format, formatWithOptions, inherits, inspect, isDeepStrictEqual,
  parseEnv, promisify, stripVTControlCharacters, styleText,
};
export const types = allTypes;
export const { TextDecoder, TextEncoder } = globalThis;

// Says nothing: what a Worker's dependencies use is not for who reads its log.
export const deprecate = (original) => original;

export function debuglog() {
  const log = () => {};
  log.enabled = false;
  return log;
}
export const debug = debuglog;
export const log = (...args) => console.log(format(...args));
export const toUSVString = (text) => String(text).toWellFormed();
export const _extend = (target, source) => Object.assign(target, source);
export const aborted = (signal) => new Promise((resolve) => {
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve(), { once: true });
});

export const isArray = Array.isArray;
export const isBoolean = (value) => typeof value === "boolean";
export const isNull = (value) => value === null;
export const isNullOrUndefined = (value) => value === null || value === undefined;
export const isNumber = (value) => typeof value === "number";
export const isString = (value) => typeof value === "string";
export const isSymbol = (value) => typeof value === "symbol";
export const isUndefined = (value) => value === undefined;
export const isFunction = (value) => typeof value === "function";
export const isObject = (value) => value !== null && typeof value === "object";
export const isPrimitive = (value) => value === null || (typeof value !== "object" && typeof value !== "function");
export const isBuffer = (value) => value?.constructor?.isBuffer?.(value) === true;
export const isDate = (value) => types.isDate(value);
export const isRegExp = (value) => types.isRegExp(value);
export const isError = (value) => types.isNativeError(value) || value instanceof Error;

export const _errnoException = /* @__PURE__ */ missing("util._errnoException");
export const _exceptionWithHostPort = /* @__PURE__ */ missing("util._exceptionWithHostPort");
export const diff = /* @__PURE__ */ missing("util.diff");
export const getCallSite = /* @__PURE__ */ missing("util.getCallSite");
export const getCallSites = /* @__PURE__ */ missing("util.getCallSites");
export const getSystemErrorMap = /* @__PURE__ */ missing("util.getSystemErrorMap");
export const getSystemErrorMessage = /* @__PURE__ */ missing("util.getSystemErrorMessage");
export const getSystemErrorName = /* @__PURE__ */ missing("util.getSystemErrorName");
export const parseArgs = /* @__PURE__ */ missing("util.parseArgs");
export const transferableAbortController = /* @__PURE__ */ missing("util.transferableAbortController");
export const transferableAbortSignal = /* @__PURE__ */ missing("util.transferableAbortSignal");

export default {
  MIMEParams, MIMEType, TextDecoder, TextEncoder, _errnoException, _exceptionWithHostPort, _extend,
  aborted, callbackify, debug, debuglog, deprecate, diff, format, formatWithOptions, getCallSite,
  getCallSites, getSystemErrorMap, getSystemErrorMessage, getSystemErrorName, inherits, inspect,
  isArray, isBoolean, isBuffer, isDate, isDeepStrictEqual, isError, isFunction, isNull,
  isNullOrUndefined, isNumber, isObject, isPrimitive, isRegExp, isString, isSymbol, isUndefined, log,
  parseArgs, parseEnv, promisify, stripVTControlCharacters, styleText, toUSVString,
  transferableAbortController, transferableAbortSignal, types,
};
