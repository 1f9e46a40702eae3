import { bytesOf } from "../bytes.mjs";
import { invalidArgType, rangeError } from "../errors.mjs";

const dataOf = (value, name) => {
  const bytes = bytesOf(value);
  if (bytes !== undefined) return bytes;
  throw invalidArgType(name, "an instance of ArrayBuffer, Buffer, TypedArray, or DataView", value);
};

// Looks at all bytes, wherever the first difference is.
export function timingSafeEqual(first, second) {
  const [a, b] = [dataOf(first, "buf1"), dataOf(second, "buf2")];
  if (a.length !== b.length) {
    throw rangeError("ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH", "Input buffers must have the same byte length");
  }
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i];
  return difference === 0;
}
