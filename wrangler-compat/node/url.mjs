// unenv's, without its warning of url.parse(): who reads a Worker's log did not write the dependency
// that calls it.
import base, { Url } from "npm:unenv/node/url";
import { checkString } from "./internal/checks.mjs";
import { invalidArgType, invalidArgValue, missing, typeError } from "./internal/errors.mjs";
import { toPath, toUrl } from "./internal/url/files.mjs";

const AUTHORITY = /^\s*([a-z][a-z\d+.-]*:)?[\\/]{2}([^/?#\\\s"%'<>^`{|};]*)/i;

// Of what has a host: what stands behind a colon is a port.
function checkPort(url, slashesDenoteHost) {
  const [, protocol, authority] = AUTHORITY.exec(url) ?? [];
  if (authority === undefined || (!protocol && !slashesDenoteHost) || /^javascript:$/i.test(protocol)) return;
  const host = authority.slice(authority.lastIndexOf("@") + 1).replace(/:\d*$/, "");
  if (!host.startsWith("[") && host.includes(":")) throw invalidArgValue("url", "Invalid port in url", url);
}

export function parse(url, parseQueryString, slashesDenoteHost) {
  if (url instanceof Url) return url;
  checkString(url, "url");
  checkPort(url, slashesDenoteHost);
  const parsed = new Url();
  parsed.parse(url, parseQueryString, slashesDenoteHost);
  return parsed;
}

export const resolveObject = (source, relative) => (source
  ? parse(source, false, true).resolveObject(parse(relative, false, true)) : relative);
export const resolve = (source, relative) => parse(source, false, true)
  .resolveObject(parse(relative, false, true)).format();

// "http://xn--tda.com:8/a" of a URL object by its parts.
function formatUrl(url, { auth = true, fragment = true, search = true, unicode = false }) {
  const credentials = auth && (url.username || url.password)
    ? `${url.username}${url.password && `:${url.password}`}@` : "";
  const host = unicode ? base.domainToUnicode(url.hostname) + (url.port && `:${url.port}`) : url.host;
  const slashes = url.host !== "" || url.href.startsWith(`${url.protocol}//`) ? "//" : "";
  return `${url.protocol}${slashes}${credentials}${host}${url.pathname}${search ? url.search : ""}${fragment ? url.hash : ""}`;
}

export function format(url, options) {
  if (typeof url === "string") return parse(url).format();
  if (typeof url !== "object" || url === null) throw invalidArgType("urlObject", "one of type object or string", url);
  return url instanceof URL ? formatUrl(url, options ?? {}) : base.format(url, options);
}

Url.prototype.resolve = function (relative) {
  return this.resolveObject(parse(relative, false, true)).format();
};

// Of a name that is none a URL keeps its own.
const asHost = (domain, before) => {
  const url = new URL(`ws://${before}`);
  url.hostname = domain;
  return url.hostname;
};

// Names that are none are "".
export function domainToASCII(domain) {
  if (arguments.length === 0) throw typeError("ERR_MISSING_ARGS", 'The "domain" argument must be specified');
  const host = asHost(domain, "a");
  return host === "a" && asHost(domain, "b") === "b" ? "" : host;
}
export const domainToUnicode = (...domain) => base.domainToUnicode(domainToASCII(...domain));
export const fileURLToPath = (url, options) => toPath(url, options, base.domainToUnicode);
export const fileURLToPathBuffer = /* @__PURE__ */ missing("url.fileURLToPathBuffer");
export const pathToFileURL = toUrl;

export const { URL, URLPattern, URLSearchParams } = globalThis;
export const { urlToHttpOptions } = base;
export { Url };
export default {
  URL, URLPattern, URLSearchParams, Url, domainToASCII, domainToUnicode, fileURLToPath, fileURLToPathBuffer,
  format, parse, pathToFileURL, resolve, resolveObject, urlToHttpOptions,
};
