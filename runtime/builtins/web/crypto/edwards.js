// Ed25519 and X25519, and NODE-ED25519: the name that the former had at first.
'use strict';

const { lengthOf } = require('internal/bytes');
const { Uint8Array } = require('internal/primordials');
const { deriveBits } = require('web/crypto/agreement');
const { dataError, invalidAccess, notSupported, operationError, required } = require('web/crypto/errors');
const { decode, encode } = require('web/crypto/jwk');
const { checkUsages } = require('web/crypto/key');
const {
  exportPair, importPair, makePair, requirePrivateToSign, requirePublicToVerify,
} = require('web/crypto/pair');

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

const curveOf = (name) => (name === 'X25519' ? 'X25519' : 'Ed25519');
const allowedUsages = (name) => (name === 'X25519' ? ['deriveKey', 'deriveBits'] : ['sign', 'verify']);

function checkCurve(name, { namedCurve }) {
  if (name === 'NODE-ED25519' && required(namedCurve, 'namedCurve') !== name) {
    throw notSupported(`EDDSA curve "${namedCurve}" isn't supported.`);
  }
}

const shownAlgorithm = (name) => (name === 'NODE-ED25519' ? { name, namedCurve: name } : { name });

// What deriveBits compares: NODE-ED25519 has the shape of keys of ECDSA.
const common = (name) =>
  ({ name, curve: curveOf(name), family: name === 'NODE-ED25519' ? 'elliptic' : 'edwards' });

function generateKey({ name, algorithm, extractable, usages }) {
  const allowed = checkUsages(name, 'generate', usages, allowedUsages(name));
  checkCurve(name, algorithm);
  const key = native.generateCurveKey(curveOf(name));
  if (key === undefined) throw operationError(`Error generating ${name} key.`);
  return makePair(key, { extractable, usages: allowed }, common(name), () => shownAlgorithm(name));
}

// https://www.rfc-editor.org/rfc/rfc8037
function readJwk(jwk, name) {
  const { kty, crv, alg } = jwk;
  const curve = curveOf(name);
  if (kty !== 'OKP') {
    throw dataError(`${curve} "jwk" key imports requires a JSON Web Key with Key Type parameter "kty" ` +
      `("${kty}") equal to "OKP".`);
  }
  if (crv === undefined) throw dataError(`Missing field "crv" for ${curve} key.`);
  if (crv !== curve) throw notSupported(`Only ${curve} is supported but "${crv}" was requested.`);
  if (curve === 'Ed25519' && alg !== undefined && alg !== 'EdDSA') {
    throw dataError(
      `JSON Web Key Algorithm parameter "alg" ("${alg}") does not match requested Ed25519 curve.`);
  }
  const x = decode(jwk.x);
  if (x === undefined) {
    throw dataError(`Invalid ${crv} key in JSON WebKey; missing or invalid public key component ("x").`);
  }
  if (x.length !== KEY_BYTES) throw dataError(`Invalid length ${x.length} for public key`);
  if (jwk.d === undefined) return native.publicKeyFromRaw(curve, x);
  const d = decode(jwk.d);
  if (d === undefined) {
    throw dataError(
      `Invalid ${curve} key in JSON Web Key; missing or invalid private key component ("d").`);
  }
  const length = lengthOf(d);
  if (length !== KEY_BYTES) throw dataError(`Invalid length ${length} for private key`);
  return native.privateKeyFromRaw(curve, d);
}

function importRaw({ name, data, usages }) {
  const curve = curveOf(name);
  const granted = checkUsages(name, 'import public', usages, name === 'X25519' ? [] : ['verify']);
  if (data.length !== KEY_BYTES) {
    throw dataError(`${curve} raw keys must be exactly 32-bytes (provided ${data.length}).`);
  }
  return { key: native.publicKeyFromRaw(curve, data), type: 'public', usages: granted };
}

function importKey(request) {
  const { name, format, algorithm, extractable } = request;
  checkCurve(name, algorithm);
  const imported = format === 'raw' ? importRaw(request)
    : importPair(request, allowedUsages(name), (jwk) => readJwk(jwk, name));
  if (imported.key === undefined || native.keyKind(imported.key) !== curveOf(name)) {
    throw dataError(`Input was not an ${curveOf(name)} key.`);
  }
  return { __proto__: null, ...imported, ...common(name), extractable, algorithm: shownAlgorithm(name) };
}

function exportKey(format, material) {
  const { name, key, type, curve } = material;
  return exportPair(format, material, {
    jwk({ key_ops, ext }) {
      const jwk = { kty: 'OKP', key_ops };
      if (name === 'Ed25519') jwk.alg = 'EdDSA';
      jwk.ext = ext;
      jwk.crv = curve;
      jwk.x = encode(new Uint8Array(native.rawPublicKey(key)));
      if (type === 'private') jwk.d = encode(new Uint8Array(native.rawPrivateKey(key)));
      return jwk;
    },
    raw() {
      if (type !== 'public') {
        throw invalidAccess(`Raw export of ${name} keys is only allowed for public keys.`);
      }
      return native.rawPublicKey(key);
    },
  });
}

function requireEdwards({ name }) {
  if (name === 'X25519') throw operationError(`Not implemented for algorithm "${name}".`);
}

function sign(material, algorithm, data) {
  requirePrivateToSign(material);
  requireEdwards(material);
  const signature = native.signData(material.key, undefined, undefined, data);
  if (signature === undefined) throw operationError('Failed to sign with Ed25519 key.');
  return signature;
}

function verify(material, algorithm, signature, data) {
  requirePublicToVerify(material);
  requireEdwards(material);
  if (signature.length !== SIGNATURE_BYTES) {
    throw operationError(`Invalid ${material.name} signature length ${signature.length}`);
  }
  return native.verifyData(material.key, undefined, undefined, signature, data);
}

module.exports = { __proto__: null, deriveBits, exportKey, generateKey, importKey, sign, verify };
