// ECDSA and ECDH, on the curves of NIST.
'use strict';

const { Uint8Array } = require('internal/primordials');
const { deriveBits } = require('web/crypto/agreement');
const { dataError, invalidAccess, notSupported, operationError, required } = require('web/crypto/errors');
const { digestNamed } = require('web/crypto/hashes');
const { decode, encode } = require('web/crypto/jwk');
const { checkUsages } = require('web/crypto/key');
const {
  exportPair, importPair, isStrict, makePair, requirePrivateToSign, requirePublicToVerify,
} = require('web/crypto/pair');

// What a number of each takes, and its name in JSON Web Signatures.
const CURVES = {
  'P-256': { bytes: 32, alg: 'ES256' },
  'P-384': { bytes: 48, alg: 'ES384' },
  'P-521': { bytes: 66, alg: 'ES512' },
};
const CURVE_OF_ALG = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

const allowedUsages = (name) => (name === 'ECDSA' ? ['sign', 'verify'] : ['deriveKey', 'deriveBits']);

function curveNamed(given) {
  const curve = required(given, 'namedCurve').toUpperCase();
  if (Object.hasOwn(CURVES, curve)) return curve;
  throw notSupported(`Unrecognized or unimplemented EC curve "${given}" requested.`);
}

const shownAlgorithm = (name, curve) => ({ name, namedCurve: curve });

function generateKey({ name, algorithm, extractable, usages }) {
  const allowed = checkUsages(name, 'generate', usages, allowedUsages(name));
  const curve = curveNamed(algorithm.namedCurve);
  const key = native.generateCurveKey(curve);
  if (key === undefined) throw operationError(`Error generating EC "${curve}" key.`);
  return makePair(key, { extractable, usages: allowed }, { name, curve, family: 'elliptic' },
    () => shownAlgorithm(name, curve));
}

// A number of this many bytes; undefined if it is larger.
function sized(number, length) {
  let begin = 0;
  while (begin < number.length && number[begin] === 0) begin++;
  if (number.length - begin > length) return undefined;
  const result = new Uint8Array(length);
  result.set(number.subarray(begin), length - (number.length - begin));
  return result;
}

// An uncompressed point; undefined if a number is too large for the curve.
function pointOf(x, y, curve) {
  const { bytes } = CURVES[curve];
  const left = sized(x, bytes);
  const right = sized(y, bytes);
  if (left === undefined || right === undefined) return undefined;
  const point = new Uint8Array(1 + 2 * bytes);
  point[0] = 4;
  point.set(left, 1);
  point.set(right, 1 + bytes);
  return point;
}

// A reason of the natives, as it stands in a message.
const because = (reason) => (reason ? `: ${reason}.` : '.');

function invalidPoint(reason) {
  return operationError(
    `Invalid EC key; public key coordinates "x" and "y" are invalid${because(reason)}`);
}

// https://www.rfc-editor.org/rfc/rfc7518.html#section-6.2
function readJwk(jwk, name, curve) {
  const { kty, alg } = jwk;
  if (kty !== 'EC') {
    throw dataError('Elliptic curve "jwk" key import requires a JSON Web Key with Key Type parameter "kty" ' +
      `("${kty}") equal to "EC".`);
  }
  if (name === 'ECDSA' && alg !== undefined) {
    if (!Object.hasOwn(CURVE_OF_ALG, alg)) {
      throw notSupported(
        `Unrecognized or unimplemented algorithm "${alg}" listed in JSON Web Key Algorithm parameter.`);
    }
    if (CURVE_OF_ALG[alg] !== curve) {
      throw dataError(`JSON Web Key Algorithm parameter "alg" ("${alg}") does not match requested curve.`);
    }
  }
  const x = decode(jwk.x);
  if (x === undefined) throw dataError('Invalid EC key in JSON Web Key; missing "x".');
  const y = decode(jwk.y);
  if (y === undefined) throw dataError('Invalid EC key in JSON Web Key; missing "y".');
  const point = pointOf(x, y, curve);
  const publicKey = point === undefined ? 'Point is not on curve.' : native.publicKeyFromRaw(curve, point);
  if (typeof publicKey === 'string') throw invalidPoint(publicKey);
  if (jwk.d === undefined) return publicKey;
  const d = decode(jwk.d);
  if (d === undefined) {
    throw dataError('Invalid EC key in JSON Web Key; missing or invalid private key component ("d").');
  }
  const key = native.privateKeyFromRaw(curve, d, point);
  if (key !== undefined) return key;
  const NUMBER = 2;
  throw native.scratch[0] === NUMBER
    ? operationError('Invalid EC key; private key component "d" is invalid.')
    : dataError('Invalid EC key in JSON Web Key.');
}

function importRaw({ name, data, usages }, curve) {
  const allowed = name === 'ECDSA' ? ['verify'] : isStrict() ? [] : allowedUsages(name);
  const granted = checkUsages(name, 'import public', usages, allowed);
  const key = native.publicKeyFromRaw(curve, data);
  if (typeof key === 'string') throw dataError(`Failed to import raw EC key data${because(key)}`);
  return { key, type: 'public', usages: granted };
}

function importKey(request) {
  const { name, format, algorithm, extractable } = request;
  const curve = curveNamed(algorithm.namedCurve);
  const imported = format === 'raw' ? importRaw(request, curve)
    : importPair(request, allowedUsages(name), (jwk) => readJwk(jwk, name, curve));
  const kind = native.keyKind(imported.key);
  if (kind !== curve) {
    if (['RSA', 'Ed25519', 'X25519'].includes(kind)) {
      throw dataError(
        `Input was not an EC ${name === 'ECDSA' ? 'key' : 'public key nor a DH key'}.`);
    }
    throw dataError(`"algorithm.namedCurve" "${algorithm.namedCurve}"${name === 'ECDSA' ? '' : ','} does not ` +
      'match the curve specified by the input key data.');
  }
  return {
    __proto__: null, ...imported, name, curve, family: 'elliptic', extractable, algorithm: shownAlgorithm(name, curve),
  };
}

function exportKey(format, material) {
  const { key, type, curve } = material;
  return exportPair(format, material, {
    jwk(common) {
      const { bytes } = CURVES[curve];
      const point = new Uint8Array(native.rawPublicKey(key));
      const jwk = {
        kty: 'EC', ...common, crv: curve,
        x: encode(point.subarray(1, 1 + bytes)), y: encode(point.subarray(1 + bytes)),
      };
      if (type === 'private') jwk.d = encode(new Uint8Array(native.rawPrivateKey(key)));
      return jwk;
    },
    raw() {
      if (type !== 'public') {
        throw invalidAccess('Raw export of elliptic curve keys is only allowed for public keys.');
      }
      return native.rawPublicKey(key);
    },
  });
}

function hashOf({ name }, { hash }) {
  if (name !== 'ECDSA') {
    throw notSupported(`The sign and verify operations are not implemented for "${name}".`);
  }
  if (hash === undefined) {
    throw new TypeError('Missing "hash" in AlgorithmIdentifier. (ECDSA requires that the hash algorithm be ' +
      'specified at call time rather than on the key. This differs from other WebCrypto algorithms for ' +
      'historical reasons.)');
  }
  return digestNamed(hash);
}

function sign(material, algorithm, data) {
  requirePrivateToSign(material);
  const signature = native.signData(material.key, hashOf(material, algorithm), undefined, data);
  if (signature === undefined) throw operationError('Signing with this EC key failed.');
  return signature;
}

function verify(material, algorithm, signature, data) {
  requirePublicToVerify(material);
  return native.verifyData(material.key, hashOf(material, algorithm), undefined, signature, data);
}

module.exports = { __proto__: null, deriveBits, exportKey, generateKey, importKey, sign, verify };
