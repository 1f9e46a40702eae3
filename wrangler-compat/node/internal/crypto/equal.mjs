import { invalidArgType, rangeError } from "../errors.mjs";

const bytesOf = (value, name) => {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw invalidArgType(name, "an instance of ArrayBuffer, Buffer, TypedArray, or DataView", value);
};

// Looks at all bytes, wherever the first difference is.
export function timingSafeEqual(first, second) {
  const [a, b] = [bytesOf(first, "buf1"), bytesOf(second, "buf2")];
  if (a.length !== b.length) {
    throw rangeError("ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH", "Input buffers must have the same byte length");
  }
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i];
  return difference === 0;
}
