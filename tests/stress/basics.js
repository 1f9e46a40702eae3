// What every file of the Worker needs.

// Fails the whole test: the host looks for this word in the log.
export function check(condition, what) {
  if (!condition) console.error(`STRESS MISMATCH: ${what}`);
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const never = () => new Promise(() => {});
export const ignore = () => {};
