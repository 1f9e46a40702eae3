// unenv's, without its warning of url.parse(): who reads a Worker's log did not write the dependency
// that calls it.
import base, { Url } from "npm:unenv/node/url";

export function parse(url, parseQueryString, slashesDenoteHost) {
  if (url instanceof Url) return url;
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
  return url instanceof URL ? formatUrl(url, options ?? {}) : base.format(url, options);
}

Url.prototype.resolve = function (relative) {
  return this.resolveObject(parse(relative, false, true)).format();
};

const { domainToASCII, domainToUnicode, fileURLToPath, pathToFileURL, urlToHttpOptions } = base;
const { URL, URLSearchParams } = globalThis;
export {
  URL, URLSearchParams, Url, domainToASCII, domainToUnicode, fileURLToPath, pathToFileURL, urlToHttpOptions,
};
export default {
  URL, URLSearchParams, Url, domainToASCII, domainToUnicode, fileURLToPath, format, parse,
  pathToFileURL, resolve, resolveObject, urlToHttpOptions,
};
