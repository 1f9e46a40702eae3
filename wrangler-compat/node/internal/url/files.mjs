// URLs of files as paths, and back.
import * as posix from "../path/posix.mjs";
import * as win32 from "../path/win32.mjs";
import { checkString } from "../checks.mjs";
import { invalidArgType, typeError } from "../errors.mjs";

const invalidPath = (what) => typeError("ERR_INVALID_FILE_URL_PATH", `File URL path must ${what}`);

function windowsPath({ hostname, pathname }, unicodeOf) {
  if (/%2f|%5c/i.test(pathname)) throw invalidPath("not include encoded \\ or / characters");
  const path = decodeURIComponent(pathname.replaceAll("/", "\\"));
  if (hostname !== "") return `\\\\${unicodeOf(hostname)}${path}`;
  if (!/^\\[a-z]:/i.test(path)) throw invalidPath("be absolute");
  return path.slice(1);
}

// `unicodeOf`: a name of a host in letters.
export function toPath(given, options, unicodeOf) {
  if (typeof given !== "string" && !(given instanceof URL)) {
    throw invalidArgType("path", "of type string or an instance of URL", given);
  }
  if (!URL.canParse(given)) throw Object.assign(typeError("ERR_INVALID_URL", "Invalid URL"), { input: given });
  const url = new URL(given);
  if (url.protocol !== "file:") throw typeError("ERR_INVALID_URL_SCHEME", "The URL must be of scheme file");
  if (options?.windows) return windowsPath(url, unicodeOf);
  if (url.hostname !== "") {
    throw typeError("ERR_INVALID_FILE_URL_HOST", 'File URL host must be "localhost" or empty on linux');
  }
  if (/%2f/i.test(url.pathname)) throw invalidPath("not include encoded / characters");
  return decodeURIComponent(url.pathname);
}

// What a URL would read as something else.
const escape = (path) => path.replace(/[%\n\r\t?#]/g, encodeURIComponent);

export function toUrl(path, options) {
  checkString(path, "path");
  const windows = options?.windows === true;
  const { resolve, sep } = windows ? win32 : posix;
  const end = path.endsWith("/") || (windows && path.endsWith("\\")) ? sep : "";
  const resolved = resolve(path);
  const whole = resolved.endsWith(sep) ? resolved : resolved + end;
  if (!windows) return new URL(`file://${escape(whole).replaceAll("\\", "%5C")}`);
  const slashed = escape(whole).replaceAll("\\", "/");
  return new URL(slashed.startsWith("//") ? `file:${slashed}` : `file:///${slashed}`);
}
