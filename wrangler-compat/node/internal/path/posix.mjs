// Paths of POSIX, which are those of a Worker.
import { checkString } from "../checks.mjs";
import { missing } from "../errors.mjs";
import { currentDirectory } from "../process/directory.mjs";
import { extensionOf, formatPath, simplify, wayBetween, withoutSuffix } from "./common.mjs";

export const sep = "/";
export const delimiter = ":";

export function isAbsolute(path) {
  checkString(path, "path");
  return path.startsWith("/");
}

export function normalize(path) {
  checkString(path, "path");
  if (path === "") return ".";
  const root = path.startsWith("/") ? "/" : "";
  const simple = simplify(path.split("/"), root !== "").join("/");
  const end = path.endsWith("/") ? "/" : "";
  if (simple === "") return root || `.${end}`;
  return `${root}${simple}${end}`;
}

export function join(...paths) {
  for (const path of paths) checkString(path, "path");
  return normalize(paths.filter((path) => path !== "").join("/"));
}

export function resolve(...paths) {
  let joined = "";
  for (let i = paths.length - 1; i >= -1 && !joined.startsWith("/"); i--) {
    const path = i < 0 ? currentDirectory() : paths[i];
    checkString(path, `paths[${i}]`);
    if (path !== "") joined = `${path}/${joined}`;
  }
  return `/${simplify(joined.split("/"), true).join("/")}`;
}

export function relative(from, to) {
  checkString(from, "from");
  checkString(to, "to");
  const partsOf = (path) => resolve(path).split("/").filter((part) => part !== "");
  return wayBetween(partsOf(from), partsOf(to), (a, b) => a === b).join("/");
}

export const toNamespacedPath = (path) => path;

// Where the last part of a path begins and ends.
function lastPart(path) {
  let end = path.length;
  while (end > 0 && path[end - 1] === "/") end--;
  return { from: end === 0 ? 0 : path.lastIndexOf("/", end - 1) + 1, end };
}

export function dirname(path) {
  checkString(path, "path");
  const { from } = lastPart(path);
  if (from === 0) return path.startsWith("/") ? "/" : ".";
  // Two slashes are a root of its own.
  return from <= 2 && path.startsWith("/") ? "/".repeat(from) : path.slice(0, from - 1);
}

export function basename(path, suffix) {
  if (suffix !== undefined) checkString(suffix, "suffix");
  checkString(path, "path");
  const { from, end } = lastPart(path);
  return withoutSuffix(path.slice(from, end), path, suffix);
}

export const extname = (path) => extensionOf(basename(path));

export function parse(path) {
  checkString(path, "path");
  const { from, end } = lastPart(path);
  const root = path.startsWith("/") ? "/" : "";
  const base = path.slice(from, end);
  // Node.js takes the second dot of "/.." for one.
  const ext = base === ".." && from === 1 ? "." : extensionOf(base);
  const name = base.slice(0, base.length - ext.length);
  return { root, dir: path.slice(0, Math.max(from - 1, 0)) || root, base, ext, name };
}

export const format = (parts) => formatPath(sep, parts);
export const matchesGlob = /* @__PURE__ */ missing("path.matchesGlob");
