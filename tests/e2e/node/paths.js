import path, { posix, win32 } from "node:path";
import * as own from "node:path/win32";

const PATHS = [
  "", ".", "..", "/", "//", "///", "/a/b/../c", "a//b", "./a", "../a", "/a/", "a/b.txt", ".bashrc", "a.b.c", "/a/.b", "a.", "..a", "...", "a/..", "../../x/..", "C:\\a\\b", "C:a", "C:\\", "C:",
  "\\\\srv\\share\\x", "\\\\srv\\share", "\\\\srv", "c:/a/../b", "/a/b/c.d/", "a\\b", "/\u00e9/\u00fc", "//a", "/a b/", "/..", "/../", "//..", "/.", "C:..", "\\..",
];
const ROOTED = PATHS.filter((one) => one.startsWith("/"));
const attempt = (run) => { try { return run(); } catch (error) { return [error.name, error.code, error.message]; } };
const each = (module, name) => PATHS.map((one) => attempt(() => module[name](one)));
const pairs = (module, name, from) => from.flatMap((a) => from.map((b) => attempt(() => module[name](a, b))));

const casesOf = (name, module, rooted) => ({
  ...Object.fromEntries(["normalize", "dirname", "basename", "extname", "isAbsolute", "parse"].map((method) => [`${name}.${method}`, () => each(module, method)])),
  [`${name}.join`]: () => pairs(module, "join", PATHS),
  [`${name}.resolve`]: () => pairs(module, "resolve", rooted),
  [`${name}.relative`]: () => pairs(module, "relative", rooted),
  [`${name}.basename without a suffix`]: () => [["a.txt", ".txt"], ["a.txt", "txt"], ["a.txt", "a.txt"], ["/a.txt", "a.txt"], ["/a/b.html", ".html"], ["a", ""], ["a.txt/", ".txt"]].map((args) => module.basename(...args)),
  [`${name}.format`]: () => [{}, { dir: "/a", base: "b" }, { root: "/", name: "b", ext: "c" }, { root: "/", name: "b", ext: ".c" }, { dir: "/", base: "b", root: "/" }, []].map((parts) => attempt(() => module.format(parts))),
  [`${name} of what is no path`]: () => ["normalize", "join", "resolve", "relative", "dirname", "basename", "extname", "isAbsolute", "parse", "format"].flatMap((method) => [undefined, null, 5, {}].map((value) => attempt(() => module[method](value)))),
});

export const cases = {
  ...casesOf("posix", posix, ROOTED),
  ...casesOf("win32", win32, ["C:\\a\\b", "c:/a/../b", "C:\\", "D:\\x", "\\\\srv\\share\\x", "\\\\srv\\share\\y\\z"]),
  "win32.toNamespacedPath": () => ["C:\\a", "\\\\srv\\share\\x", "\\\\?\\C:\\a", ""].map((one) => win32.toNamespacedPath(one)),
  "which is which": () => [path === posix, path.posix === path, path.win32 === win32, win32.posix === path, own.default === win32, path.sep, win32.sep, path.delimiter, win32.delimiter],
  "in another directory": () => { const before = process.cwd(); process.chdir("/usr"); const got = [process.cwd(), path.resolve("a"), path.relative("", "/usr/b")]; process.chdir(before); return [...got, attempt(() => process.chdir(5)), process.cwd() === before]; },
  "names": () => Object.keys(path).sort(),
};
