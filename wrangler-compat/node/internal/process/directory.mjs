// Where a Worker is.
export const ROOT = "/bundle";

// Who never asked for `process` cannot have gone elsewhere, and need not bring it into the bundle.
export const currentDirectory = () => globalThis.process?.cwd() ?? ROOT;
