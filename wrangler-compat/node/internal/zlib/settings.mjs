// Options of node:zlib, checked.
import { bytesOf } from "../bytes.mjs";
import { invalidArgType, outOfRange } from "../errors.mjs";
import { Z_FINISH, Z_NO_FLUSH } from "./engine.mjs";

const MAX_BUFFER = 0x7fffffff;
const DEFAULTS = {
  level: [-1, -1, 9], windowBits: [15, 8, 15], memLevel: [8, 1, 9], strategy: [0, 0, 4],
  chunkSize: [16384, 64, Infinity], flush: [Z_NO_FLUSH, 0, 5], finishFlush: [Z_FINISH, 0, 5],
  maxOutputLength: [MAX_BUFFER, 1, MAX_BUFFER],
};

export function dataOf(data, name = "buffer") {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : bytesOf(data);
  if (bytes !== undefined) return bytes;
  throw invalidArgType(name, "of type string or an instance of Buffer, TypedArray, DataView, or ArrayBuffer", data);
}

export function settingsOf(options = {}) {
  const settings = {};
  for (const [name, [otherwise, least, most]] of Object.entries(DEFAULTS)) {
    const value = options?.[name];
    settings[name] = value ?? otherwise;
    if (value === undefined || value === null || Number.isNaN(value)) {
      settings[name] = otherwise;
    } else if (typeof value !== "number") {
      throw invalidArgType(`options.${name}`, "of type number", value);
    } else if (value < least || value > most) {
      // Of a window, 0 is the one that the data names.
      if (name === "windowBits" && value === 0) continue;
      throw outOfRange(`options.${name}`, `>= ${least} and <= ${most}`, value);
    }
  }
  const dictionary = options?.dictionary;
  settings.dictionary = dictionary === undefined || dictionary === null ? undefined : dataOf(dictionary, "options.dictionary");
  settings.info = Boolean(options?.info);
  settings.rejectGarbageAfterEnd = options?.rejectGarbageAfterEnd === true;
  return settings;
}
