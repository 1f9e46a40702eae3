import tls, { checkServerIdentity, convertALPNProtocols, createSecureContext } from "node:tls";
import { attempt } from "./story.js";

const CERTIFICATES = {
  name: { subject: { CN: "a.com" } },
  names: { subject: { CN: ["a.com", "b.com"] } },
  alternatives: { subject: { CN: "c.com" }, subjectaltname: "DNS:a.com, DNS:*.b.com, IP Address:1.2.3.4" },
  address: { subject: { CN: "a.com" }, subjectaltname: "IP Address:1.2.3.4, IP Address:0:0:0:0:0:0:0:1" },
  star: { subject: { CN: "*.com" }, subjectaltname: "DNS:*.com, DNS:x*y.b.com, DNS:*.*.c.com, DNS:xn--*.d.com, DNS:*" },
  uri: { subject: { CN: "a.com" }, subjectaltname: "URI:http://a.com/" },
  quoted: { subject: {}, subjectaltname: 'DNS:"a.com\\u002c DNS:b.com", DNS:c.com' },
  odd: { subject: { CN: "a..com" }, subjectaltname: "DNS:\u00e9.com, DNS:a b.com, DNS:" },
  broken: { subject: {}, subjectaltname: 'DNS:"a.com' },
  empty: { subject: {} },
  none: {},
};
const HOSTS = ["a.com", "A.COM.", "b.com", "x.b.com", "x.y.b.com", "c.com", "xzy.b.com", "xy.b.com", "xn--a.d.com", "1.2.3.4", "::1", "1.2.3.5", "", "com"];
const told = (error) => error && [error.name, error.code, error.message, error.reason, error.host, typeof error.cert];

export const cases = {
  ...Object.fromEntries(Object.entries(CERTIFICATES).map(([name, certificate]) => [
    `checkServerIdentity, ${name}`, () => HOSTS.map((host) => attempt(() => told(checkServerIdentity(host, certificate)) ?? "good")),
  ])),
  "convertALPNProtocols": () => [["h2", "http/1.1"], [], Buffer.from([1, 97]), new Uint16Array([0x6101]), "h2"].map((protocols) => { const out = {}; convertALPNProtocols(protocols, out); return out.ALPNProtocols?.toString("hex"); }),
  "convertALPNProtocols, too long": () => convertALPNProtocols(["x".repeat(256)], {}),
  "createSecureContext": () => [createSecureContext() instanceof tls.SecureContext, createSecureContext({ minVersion: "TLSv1.2" }) instanceof tls.SecureContext, attempt(() => createSecureContext({ secureOptions: "x" }))[1]],
  "constants": () => [tls.CLIENT_RENEG_LIMIT, tls.CLIENT_RENEG_WINDOW, tls.DEFAULT_MIN_VERSION, tls.DEFAULT_MAX_VERSION, tls.DEFAULT_ECDH_CURVE],
};
