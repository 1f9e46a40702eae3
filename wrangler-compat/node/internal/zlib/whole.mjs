// All of the data at once: gzipSync(), gzip() and the like.
import { Buffer } from "node:buffer";
import { answerLater } from "../answer_later.mjs";
import { checkFunction } from "../checks.mjs";
import { rangeError } from "../errors.mjs";
import { Engine } from "./engine.mjs";
import { dataOf, settingsOf } from "./settings.mjs";

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

function finish(kind, Class, bytes, settings, options) {
  const buffer = compute(kind, bytes, settings);
  return settings.info ? { buffer, engine: new Class(options) } : buffer;
}

export const wholeSync = (kind, Class) => function (data, options) {
  const settings = settingsOf(options);
  return finish(kind, Class, dataOf(data), settings, options);
};

export const whole = (kind, Class) => function (data, options, callback) {
  const [given, done] = typeof options === "function" ? [undefined, options] : [options, callback];
  const settings = settingsOf(given);
  checkFunction(done);
  const bytes = dataOf(data);
  answerLater(() => finish(kind, Class, bytes, settings, given), done);
};
