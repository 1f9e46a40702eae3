// Paths of Windows, for who has to do with them: a Worker has none.
import { checkString } from "../checks.mjs";
import { missing } from "../errors.mjs";
import { currentDirectory } from "../process/directory.mjs";
import { extensionOf, formatPath, simplify, wayBetween, withoutSuffix } from "./common.mjs";

export const sep = "\\";
export const delimiter = ";";

const isSeparator = (letter) => letter === "/" || letter === "\\";
const partsOf = (path) => path.split(/[\\/]/);
const isSame = (a, b) => a.toLowerCase() === b.toLowerCase();
const hasDrive = (path) => /^[a-z]:/i.test(path);
// Two parts of it are a root: a machine and what it shares.
const SHARE = /^[\\/]{2}([^\\/]+)[\\/]+([^\\/]+)/;

// `length`: how much of a path is its root, with the separator behind it.
function rootOf(path) {
  const share = SHARE.exec(path);
  if (share !== null) {
    const { length } = share[0];
    return { device: `\\\\${share[1]}\\${share[2]}`, rooted: true, length: Math.min(length + 1, path.length) };
  }
  const device = hasDrive(path) ? path.slice(0, 2) : "";
  const rooted = isSeparator(path[device.length]);
  return { device, rooted, length: device.length + (rooted ? 1 : 0) };
}

const together = ({ device, rooted }, tail) => `${device}${rooted ? "\\" : ""}${tail}`;

export function isAbsolute(path) {
  checkString(path, "path");
  return rootOf(path).rooted;
}

export function normalize(path) {
  checkString(path, "path");
  if (path === "") return ".";
  const root = rootOf(path);
  let tail = simplify(partsOf(path.slice(root.length)), root.rooted).join("\\");
  if (tail === "" && !root.rooted) tail = ".";
  if (tail !== "" && isSeparator(path.at(-1))) tail += "\\";
  // What was no drive must not become one.
  const escapes = /:([\\/]|$)/.test(path) || hasDrive(tail);
  if (!root.rooted && root.device === "" && escapes) return `.\\${tail}`;
  return together(root, tail);
}

export function join(...paths) {
  for (const path of paths) checkString(path, "path");
  const given = paths.filter((path) => path !== "");
  if (given.length === 0) return ".";
  const joined = given.join("\\");
  // Only what is the name of a machine by itself is one.
  return normalize(/^[\\/]{2}[^\\/]/.test(given[0]) ? joined : joined.replace(/^[\\/]{2,}/, "\\"));
}

export function resolve(...paths) {
  let device = "";
  let tail = "";
  let rooted = false;
  for (let i = paths.length - 1; i >= -1 && !(rooted && device !== ""); i--) {
    const path = i < 0 ? currentDirectory() : paths[i];
    checkString(path, `paths[${i}]`);
    if (path === "") continue;
    const root = rootOf(path);
    if (root.device !== "" && device !== "" && !isSame(root.device, device)) continue;
    device ||= root.device;
    if (rooted) continue;
    tail = `${path.slice(root.length)}\\${tail}`;
    rooted = root.rooted;
  }
  return together({ device, rooted }, simplify(partsOf(tail), rooted).join("\\")) || ".";
}

export function relative(from, to) {
  checkString(from, "from");
  checkString(to, "to");
  const [start, end] = [resolve(from), resolve(to)];
  if (isSame(start, end)) return "";
  const [before, behind] = [start, end].map((path) => partsOf(path).filter((part) => part !== ""));
  // On another drive.
  if (before.length > 0 && !isSame(before[0], behind[0] ?? "")) return end;
  return wayBetween(before, behind, isSame).join("\\");
}

export function toNamespacedPath(path) {
  if (typeof path !== "string" || path === "") return path;
  const resolved = resolve(path);
  if (/^\\\\[^?.]/.test(resolved)) return `\\\\?\\UNC\\${resolved.slice(2)}`;
  if (/^[a-z]:\\/i.test(resolved)) return `\\\\?\\${resolved}`;
  return resolved.length <= 2 ? path : resolved;
}

// Where the last part of a path begins and ends, behind the first letters of it.
function lastPart(path, first) {
  let end = path.length;
  while (end > first && isSeparator(path[end - 1])) end--;
  let from = end;
  while (from > first && !isSeparator(path[from - 1])) from--;
  return { from, end };
}

export function dirname(path) {
  checkString(path, "path");
  const { length } = rootOf(path);
  const { from } = lastPart(path, length);
  return from > length ? path.slice(0, from - 1) : path.slice(0, length) || ".";
}

export function basename(path, suffix) {
  if (suffix !== undefined) checkString(suffix, "suffix");
  checkString(path, "path");
  const { from, end } = lastPart(path, hasDrive(path) ? 2 : 0);
  return withoutSuffix(path.slice(from, end), path, suffix);
}

export const extname = (path) => extensionOf(basename(path));

export function parse(path) {
  checkString(path, "path");
  const { length } = rootOf(path);
  const root = path.slice(0, length);
  const { from, end } = lastPart(path, length);
  const base = path.slice(from, end);
  const ext = extensionOf(base);
  const dir = from > length ? path.slice(0, from - 1) : root;
  return { root, dir, base, ext, name: base.slice(0, base.length - ext.length) };
}

export const format = (parts) => formatPath(sep, parts);
export const matchesGlob = /* @__PURE__ */ missing("path.matchesGlob");
