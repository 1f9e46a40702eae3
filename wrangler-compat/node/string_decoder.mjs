// The decoder of the package of Node.js, which keeps what is left of a letter until the rest comes; with
// base64url.
import { Buffer } from "node:buffer";
import decoder from "npm:string_decoder/lib/string_decoder.js";
import { typeError } from "./internal/errors.mjs";

const Base = decoder.StringDecoder;

export const StringDecoder = extend(function StringDecoder(encoding = "utf8") {
  const name = String(encoding).toLowerCase();
  if (!Buffer.isEncoding(name)) throw typeError("ERR_UNKNOWN_ENCODING", `Unknown encoding: ${encoding}`);
  if (name !== "base64url") return Base.call(this, name);
  Base.call(this, "base64");
  const { write, end } = this;
  const translate = (text) => text.replace(/[+/=]/g, (letter) => ({ "+": "-", "/": "_", "=": "" })[letter]);
  this.encoding = name;
  this.write = (bytes) => translate(write.call(this, bytes));
  this.end = (bytes) => (bytes?.length ? this.write(bytes) : "") + translate(end.call(this));
});

function extend(StringDecoder) {
  StringDecoder.prototype = Base.prototype;
  Object.defineProperty(StringDecoder.prototype, "constructor", { value: StringDecoder, writable: true, configurable: true });
  return StringDecoder;
}

export default { StringDecoder };
