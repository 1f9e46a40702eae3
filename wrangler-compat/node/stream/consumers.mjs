// All of a stream, of Node.js or of the Web, as one value.
import { Buffer } from "node:buffer";
import { asBuffer } from "../internal/as_buffer.mjs";

async function parts(stream) {
  const all = [];
  for await (const part of stream) {
    all.push(typeof part === "string" ? Buffer.from(part)
      : ArrayBuffer.isView(part) ? asBuffer(part) : Buffer.from(part));
  }
  return all;
}

export const buffer = async (stream) => Buffer.concat(await parts(stream));
export const blob = async (stream) => new Blob(await parts(stream));
export const text = async (stream) => new TextDecoder().decode(await buffer(stream));
export const json = async (stream) => JSON.parse(await text(stream));
export const bytes = async (stream) => new Uint8Array(await arrayBuffer(stream));
export async function arrayBuffer(stream) {
  const all = await buffer(stream);
  return all.buffer.slice(all.byteOffset, all.byteOffset + all.byteLength);
}
export default { arrayBuffer, blob, buffer, bytes, json, text };
