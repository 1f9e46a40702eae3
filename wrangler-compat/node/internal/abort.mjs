// The runtime has these; packages bring their own for those that do not.
export const AbortController = globalThis.AbortController;
export const AbortSignal = globalThis.AbortSignal;
