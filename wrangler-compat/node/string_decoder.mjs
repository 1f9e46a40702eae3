// The decoder of the package of Node.js, which keeps what is left of a letter until the rest comes; with
// base64url.
import { Buffer } from "node:buffer";
import decoder from "npm:string_decoder/lib/string_decoder.js";
import { asBuffer } from "./internal/crypto/bytes.mjs";
import { invalidArgType, typeError } from "./internal/errors.mjs";

const Base = decoder.StringDecoder;

const translate = (text) => text.replace(/[+/=]/g, (letter) => ({ "+": "-", "/": "_", "=": "" })[letter]);

function inputOf(bytes) {
  if (ArrayBuffer.isView(bytes)) return asBuffer(bytes);
  throw invalidArgType("buf", "an instance of Buffer, TypedArray, or DataView", bytes);
}

export const StringDecoder = extend(function StringDecoder(encoding) {
  const name = String(encoding || "utf8").toLowerCase();
  if (!Buffer.isEncoding(name)) throw typeError("ERR_UNKNOWN_ENCODING", `Unknown encoding: ${encoding}`);
  Base.call(this, name === "base64url" ? "base64" : name);
  if (name === "base64url") this.encoding = name;
  const show = name === "base64url" ? translate : (text) => text;
  const { write, end } = this;
  const own = {
    write: (bytes) => (typeof bytes === "string" ? bytes : show(write.call(this, inputOf(bytes)))),
    // A decoder may begin again.
    end: (bytes) => {
      const text = (bytes === undefined ? "" : this.write(bytes)) + show(end.call(this));
      this.lastNeed = this.lastTotal = 0;
      return text;
    },
  };
  for (const [method, value] of Object.entries(own)) {
    Object.defineProperty(this, method, { value, writable: true, configurable: true });
  }
});

function extend(StringDecoder) {
  StringDecoder.prototype = Base.prototype;
  Object.defineProperty(StringDecoder.prototype, "constructor", { value: StringDecoder, writable: true, configurable: true });
  return StringDecoder;
}

export default { StringDecoder };
