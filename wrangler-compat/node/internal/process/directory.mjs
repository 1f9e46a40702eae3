// Where a Worker is: /bundle, until process.chdir() says something else. Paths begin here, whether or not
// `process` is in the bundle.
let directory = "/bundle";

export const currentDirectory = () => directory;

export function setCurrentDirectory(path) {
  directory = path;
}
