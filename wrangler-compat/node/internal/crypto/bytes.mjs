// Arguments and results of node:crypto as bytes.
import { Buffer } from "node:buffer";
import { asBuffer } from "../as_buffer.mjs";
import { bytesOf, viewBytes } from "../bytes.mjs";
import { invalidArgType } from "../errors.mjs";

const VIEWS = "of type string or an instance of Buffer, TypedArray, or DataView";
const SECRETS = "of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView";

// Data to hash or to encrypt.
export function dataBytes(data, encoding, name = "data") {
  if (typeof data === "string") return viewBytes(Buffer.from(data, encoding === "buffer" ? "utf8" : encoding ?? "utf8"));
  if (ArrayBuffer.isView(data)) return viewBytes(data);
  throw invalidArgType(name, VIEWS, data);
}

// Passwords, keys, salts.
export function secretBytes(secret, name) {
  const bytes = typeof secret === "string" ? viewBytes(Buffer.from(secret)) : bytesOf(secret);
  if (bytes !== undefined) return bytes;
  throw invalidArgType(name, SECRETS, secret);
}

// A Buffer, or the text of one if there is an encoding.
export function encoded(bytes, encoding) {
  const buffer = asBuffer(bytes);
  return encoding === undefined || encoding === null || encoding === "buffer" ? buffer : buffer.toString(encoding);
}
