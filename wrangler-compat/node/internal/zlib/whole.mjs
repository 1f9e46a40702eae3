// All of the data at once: gzipSync(), gzip() and the like.
import { Buffer } from "node:buffer";
import { invalidArgType, rangeError } from "../errors.mjs";
import { nextTick } from "../ticks.mjs";
import { Engine } from "./engine.mjs";
import { bytesOf, settingsOf } from "./settings.mjs";

function compute(kind, bytes, settings) {
  const parts = [];
  let length = 0;
  new Engine(kind, settings).write(bytes, settings.finishFlush, (part) => {
    length += part.length;
    if (length > settings.maxOutputLength) {
      throw rangeError("ERR_BUFFER_TOO_LARGE", `Cannot create a Buffer larger than ${settings.maxOutputLength} bytes`);
    }
    parts.push(part);
  });
  return Buffer.concat(parts, length);
}

export const wholeSync = (kind, Class) => function (data, options) {
  const settings = settingsOf(options);
  const buffer = compute(kind, bytesOf(data), settings);
  return settings.info ? { buffer, engine: new Class(options) } : buffer;
};

export const whole = (kind, Class) => {
  const computeSync = wholeSync(kind, Class);
  return function (data, options, callback) {
    const [given, done] = typeof options === "function" ? [undefined, options] : [options, callback];
    if (typeof done !== "function") throw invalidArgType("callback", "of type function", done);
    settingsOf(given);
    const bytes = bytesOf(data);
    nextTick(() => {
      let answer;
      try {
        answer = [null, computeSync(bytes, given)];
      } catch (error) {
        answer = [error];
      }
      done(...answer);
    });
  };
};
