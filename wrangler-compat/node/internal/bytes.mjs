// Views and buffers as bytes: the same memory, not a copy of it.
const isBuffer = (value) => value instanceof ArrayBuffer ||
  (typeof SharedArrayBuffer === "function" && value instanceof SharedArrayBuffer);

export const viewBytes = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

// Undefined for what is neither.
export function bytesOf(value) {
  if (ArrayBuffer.isView(value)) return viewBytes(value);
  return isBuffer(value) ? new Uint8Array(value) : undefined;
}
