// Whose certificate it is (RFC 6125, RFC 9525), as tls.checkServerIdentity() of Node.js tells it.
import { isIP } from "../net/addresses.mjs";
import { notImplemented, plainError } from "../errors.mjs";

const QUOTED = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"/y;

// Only letters of ASCII are the same in both cases.
const lower = (text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const withoutDot = (name) => name.replace(/\.$/, "");
const labelsOf = (name) => lower(withoutDot(name)).split(".");

const malformed = () => Object.assign(
  new SyntaxError("Invalid subject alternative name string"), { code: "ERR_TLS_CERT_ALTNAME_FORMAT" });

// "DNS:a, IP Address:b" as a list; values with commas in them are quoted, as in JSON.
function namesOf(text) {
  const names = [];
  let name = "";
  for (let at = 0; at < text.length;) {
    if (text[at] === '"') {
      QUOTED.lastIndex = at;
      const quoted = QUOTED.exec(text)?.[0];
      if (quoted === undefined) throw malformed();
      name += JSON.parse(quoted);
      at += quoted.length;
    } else if (text[at] === ",") {
      names.push(name);
      name = "";
      at += 2;
    } else {
      name += text[at++];
    }
  }
  return [...names, name];
}

// A star stands for a part of the first label, and not right below a top level domain.
function matches(labels, pattern) {
  if (!pattern) return false;
  const wanted = labelsOf(pattern);
  if (wanted.length !== labels.length || wanted.includes("")) return false;
  if (wanted.some((label) => /[^\x21-\x7f]/.test(label))) return false;
  if (wanted.slice(1).some((label, i) => label !== labels[i + 1])) return false;
  const [own] = labels;
  const parts = wanted[0].split("*");
  if (parts.length === 1 || wanted[0].includes("xn--")) return own === wanted[0];
  if (parts.length > 2 || wanted.length <= 2) return false;
  const [head, tail] = parts;
  return own.length >= head.length + tail.length && own.startsWith(head) && own.endsWith(tail);
}

// In the one form that each address has.
function canonical(address) {
  const version = isIP(address);
  if (version === 0) return "";
  return version === 4 ? address : new URL(`http://[${address.split("%")[0]}]`).hostname.slice(1, -1);
}

// Undefined if it is the host's.
function whatIsWrong(host, { subject, subjectaltname }) {
  const names = subjectaltname ? namesOf(subjectaltname) : [];
  const hosts = names.filter((name) => name.startsWith("DNS:")).map((name) => name.slice(4));
  if (isIP(host)) {
    const addresses = names.filter((name) => name.startsWith("IP Address:")).map((name) => canonical(name.slice(11)));
    if (addresses.includes(canonical(host))) return undefined;
    return `IP: ${host} is not in the cert's list: ${addresses.join(", ")}`;
  }
  const labels = labelsOf(host);
  if (hosts.length > 0) {
    if (hosts.some((pattern) => matches(labels, pattern))) return undefined;
    return `Host: ${host}. is not in the cert's altnames: ${subjectaltname}`;
  }
  if (!subject?.CN) return "Cert does not contain a DNS name";
  if ([subject.CN].flat().some((pattern) => matches(labels, pattern))) return undefined;
  return `Host: ${host}. is not cert's CN: ${subject.CN}`;
}

// Certificates that the runtime has checked, and whose they are.
const checked = /* @__PURE__ */ new WeakMap();

// Stands for the certificate of `host`, which the runtime has checked and does not show: whose it is can be asked.
export function certificateOf(host) {
  const refuse = (name) => {
    throw notImplemented(`certificates of servers, whose ${String(name)} is asked for. Whose they are has been checked`);
  };
  const certificate = new Proxy({}, {
    get: (target, name) => (typeof name === "symbol" ? undefined : refuse(name)),
    has: (target, name) => (typeof name === "symbol" ? false : refuse(name)),
    getOwnPropertyDescriptor: (target, name) => (typeof name === "symbol" ? undefined : refuse(name)),
    ownKeys: () => refuse("content"),
  });
  checked.set(certificate, lower(withoutDot(host)));
  return certificate;
}

export function checkServerIdentity(hostname, cert) {
  const host = withoutDot(`${hostname}`);
  if (checked.get(cert) === lower(host)) return undefined;
  const reason = whatIsWrong(host, cert);
  if (reason === undefined) return undefined;
  const error = plainError("ERR_TLS_CERT_ALTNAME_INVALID",
    `Hostname/IP does not match certificate's altnames: ${reason}`);
  return Object.assign(error, { reason, host, cert });
}
