// What paths of POSIX and of Windows share.
import { invalidArgType } from "../errors.mjs";

// Parts of a path without "." and "..". Of one that has no root, ".." at its beginning stay.
export function simplify(parts, hasRoot) {
  const simple = [];
  for (const part of parts) {
    if (part === "" || part === ".") continue;
    if (part !== "..") simple.push(part);
    else if (simple.length > 0 && simple.at(-1) !== "..") simple.pop();
    else if (!hasRoot) simple.push(part);
  }
  return simple;
}

// The way from one list of parts to another.
export function wayBetween(from, to, isSame) {
  let common = 0;
  while (common < from.length && common < to.length && isSame(from[common], to[common])) common++;
  return [...Array(from.length - common).fill(".."), ...to.slice(common)];
}

// Of a base name: "" for names that begin with their only dot.
export function extensionOf(base) {
  const dot = base.lastIndexOf(".");
  return dot <= 0 || base === ".." ? "" : base.slice(dot);
}

export function withoutSuffix(base, path, suffix) {
  if (suffix === undefined) return base;
  if (path === suffix) return "";
  return base !== suffix && base.endsWith(suffix) ? base.slice(0, base.length - suffix.length) : base;
}

export function formatPath(separator, parts) {
  if (typeof parts !== "object" || parts === null || Array.isArray(parts)) {
    throw invalidArgType("pathObject", "of type object", parts);
  }
  const directory = parts.dir || parts.root;
  const extension = parts.ext ? `${parts.ext[0] === "." ? "" : "."}${parts.ext}` : "";
  const base = parts.base || `${parts.name || ""}${extension}`;
  if (!directory) return base;
  return directory === parts.root ? `${directory}${base}` : `${directory}${separator}${base}`;
}
