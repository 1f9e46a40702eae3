// What a context of TLS says is kept for who looks: the runtime has its own versions, ciphers and authorities.
import { Buffer } from "node:buffer";
import { viewBytes } from "../bytes.mjs";
import { checkInteger } from "../checks.mjs";
import { rangeError } from "../errors.mjs";

export function SecureContext(secureProtocol, secureOptions, minVersion, maxVersion) {
  if (!(this instanceof SecureContext)) return new SecureContext(secureProtocol, secureOptions, minVersion, maxVersion);
  if (secureOptions !== undefined && secureOptions !== null) {
    checkInteger(secureOptions, "options.secureOptions", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  }
  this.context = undefined;
}

export const createSecureContext = ({ secureProtocol, secureOptions, minVersion, maxVersion } = {}) =>
  new SecureContext(secureProtocol, secureOptions, minVersion, maxVersion);

// Names of protocols as TLS has them: each behind its length.
export function convertALPNProtocols(protocols, out) {
  if (ArrayBuffer.isView(protocols)) {
    out.ALPNProtocols = Buffer.from(viewBytes(protocols));
  } else if (Array.isArray(protocols)) {
    out.ALPNProtocols = Buffer.concat(protocols.map((protocol, index) => {
      const name = Buffer.from(protocol);
      if (name.length <= 255) return Buffer.concat([Buffer.from([name.length]), name]);
      throw rangeError("ERR_OUT_OF_RANGE", `The byte length of the protocol at index ${index} exceeds the ` +
        `maximum length. It must be <= 255. Received ${name.length}`);
    }));
  }
}
