import { Buffer } from "node:buffer";

// A view as a Buffer of the same memory.
export const asBuffer = (view) => Buffer.from(view.buffer, view.byteOffset, view.byteLength);
