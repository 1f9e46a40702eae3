// What all algorithms have in common: arguments, keys as objects, wrapping.
'use strict';

const { subtle } = crypto;
const gcm = { name: 'AES-GCM', iv: filled(12) };
const makeGcm = (usages = ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'], extractable = true) =>
  subtle.importKey('raw', filled(16), 'AES-GCM', extractable, usages);
const makeHmac = () => subtle.importKey('raw', filled(20), { name: 'HMAC', hash: 'SHA-256' }, true, ['sign', 'verify']);

test('a CryptoKey shows what it is and cannot be made, changed or cloned', async () => {
  const key = await makeGcm();
  assertEquals(Object.keys(key), ['usages', 'algorithm', 'extractable', 'type']);
  assertEquals(JSON.stringify(key), '{"usages":["encrypt","decrypt","wrapKey","unwrapKey"],"algorithm":' +
    '{"name":"AES-GCM","length":128},"extractable":true,"type":"secret"}');
  assertEquals([key instanceof CryptoKey, Object.prototype.toString.call(key)], [true, '[object CryptoKey]']);
  assertThrows(() => { 'use strict'; key.type = 'public'; }, TypeError, 'read only');
  assertThrows(() => new CryptoKey(), TypeError, 'Illegal constructor');
  assertThrows(() => new SubtleCrypto(), TypeError, 'Illegal constructor');
  assertThrows(() => structuredClone(key), DOMException,
    'DataCloneError: Could not serialize object of type "CryptoKey". This type does not support serialization.');
  assertEquals([CryptoKey.length, CryptoKey.materialOf], [0, undefined]);
});

test('what a library adds to all objects is no member', async () => {
  Object.prototype.added = 'to all';
  try {
    const key = await makeGcm();
    assertEquals(Object.keys(key).join(), 'usages,algorithm,extractable,type');
    assertEquals((await subtle.encrypt(gcm, key, filled(1))).byteLength, 17);
  } finally {
    delete Object.prototype.added;
  }
});

test('what stands in for a key is none', async () => {
  const key = await makeGcm();
  for (const other of [{}, { ...key }, Object.create(key), CryptoKey.prototype, null, undefined, 'key']) {
    await assertRejects(subtle.encrypt(gcm, other, filled(1)), TypeError,
      "Failed to execute 'encrypt' on 'SubtleCrypto': parameter 2 is not of type 'CryptoKey'.");
  }
});

test('operations that a key is not for', async () => {
  const key = await makeGcm(['encrypt']);
  await assertRejects(subtle.decrypt(gcm, key, filled(20)), DOMException,
    'InvalidAccessError: Requested key usage "decrypt" does not match any usage listed in this CryptoKey.');
  await assertRejects(subtle.encrypt({ name: 'AES-CBC', iv: filled(16) }, key, filled(1)), DOMException,
    'InvalidAccessError: Requested algorithm "AES-CBC" does not match this CryptoKey\'s algorithm "AES-GCM".');
  await assertRejects(subtle.encrypt({ iv: filled(12) }, key, filled(1)), DOMException,
    'InvalidAccessError: Requested algorithm "undefined" does not match this CryptoKey\'s algorithm "AES-GCM".');
  await assertRejects(subtle.sign('AES-GCM', key, filled(1)), DOMException, 'InvalidAccessError: Requested key usage "sign"');
});

test('missing and wrong arguments', async () => {
  const key = await makeGcm();
  for (const [method, args, index, type] of [
    ['encrypt', [], 1, 'string or EncryptAlgorithm'], ['encrypt', [gcm, key], 3, 'BufferSource'], ['encrypt', [gcm, key, 'x'], 3, 'BufferSource'],
    ['decrypt', [], 1, 'string or EncryptAlgorithm'], ['sign', [null], 1, 'string or SignAlgorithm'], ['verify', ['HMAC', key, 'x'], 3, 'BufferSource'],
    ['digest', [], 1, 'string or HashAlgorithm'], ['digest', ['SHA-1', 'x'], 2, 'BufferSource'],
    ['generateKey', [], 1, 'string or GenerateKeyAlgorithm'], ['generateKey', ['Ed25519', true], 3, 'Array'],
    ['deriveKey', [], 1, 'string or DeriveKeyAlgorithm'], ['deriveKey', ['HKDF', key, 'HKDF'], 4, 'boolean'], ['deriveBits', ['HKDF', 5], 2, 'CryptoKey'],
    ['importKey', [], 1, 'string'], ['importKey', ['raw', 'x'], 2, 'BufferSource or JsonWebKey'], ['importKey', ['raw', filled(1), 'HMAC', true, 'sign'], 5, 'Array'],
    ['exportKey', [], 1, 'string'], ['exportKey', ['raw', 5], 2, 'CryptoKey'], ['wrapKey', ['raw', key, 5], 3, 'CryptoKey'],
    ['unwrapKey', ['raw', 5], 2, 'BufferSource'], ['unwrapKey', ['raw', filled(1), key, gcm], 5, 'string or ImportKeyAlgorithm'],
  ]) {
    await assertRejects(subtle[method](...args), TypeError,
      `Failed to execute '${method}' on 'SubtleCrypto': parameter ${index} is not of type '${type}'.`);
  }
  await assertRejects(subtle.digest({ get name() { throw new RangeError('mine'); } }, filled(1)), RangeError, 'mine');
});

test('formats and data that do not fit', async () => {
  const importKey = (format, data) => subtle.importKey(format, data, { name: 'HMAC', hash: 'SHA-1' }, true, ['sign']);
  await assertRejects(importKey('foo', filled(1)), DOMException, 'NotSupportedError: Unrecognized key import format "foo".');
  await assertRejects(importKey('raw', { kty: 'oct' }), TypeError, 'Import data provided for buffer-based import formats must be a buffer source.');
  await assertRejects(importKey('jwk', filled(1)), TypeError, 'Import data provided for "jwk" import format must be a JsonWebKey.');
  await assertRejects(subtle.importKey('raw', filled(1), 'FOO', true, ['sign']), DOMException,
    'NotSupportedError: Unrecognized key import algorithm "FOO" requested.');
  await assertRejects(subtle.generateKey('FOO', true, ['sign']), DOMException,
    'NotSupportedError: Unrecognized key generation algorithm "FOO" requested.');
});

test('a key holds a copy of the bytes, and gives copies', async () => {
  const bytes = filled(20);
  const key = await subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, true, ['sign']);
  const before = hex(await subtle.sign('HMAC', key, filled(1)));
  bytes.fill(9);
  new Uint8Array(await subtle.exportKey('raw', key)).fill(9);
  assertEquals(hex(await subtle.sign('HMAC', key, filled(1))), before);
});

test('keys are wrapped as bytes and as JSON', async () => {
  const wrapping = await makeGcm();
  const key = await makeHmac();
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const raw = await subtle.wrapKey('raw', key, wrapping, gcm);
  assertEquals(hex(await subtle.decrypt(gcm, wrapping, raw)), hex(filled(20)));
  const json = await subtle.wrapKey('jwk', key, wrapping, gcm);
  assertEquals(new TextDecoder().decode(await subtle.decrypt(gcm, wrapping, json)),
    '{"kty":"oct","key_ops":["sign","verify"],"alg":"HS256","ext":true,"k":"AQEBAQEBAQEBAQEBAQEBAQEBAQE"}');
  for (const [format, wrapped] of [['raw', raw], ['jwk', json]]) {
    const unwrapped = await subtle.unwrapKey(format, wrapped, wrapping, gcm, hmac, true, ['sign']);
    assertEquals(hex(await subtle.sign('HMAC', unwrapped, filled(1))), hex(await subtle.sign('HMAC', key, filled(1))));
  }
  const { privateKey } = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
  const pkcs8 = await subtle.wrapKey('pkcs8', privateKey, wrapping, gcm);
  assertEquals((await subtle.unwrapKey('pkcs8', pkcs8, wrapping, gcm, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])).type, 'private');
});

test('RSA-OAEP wraps keys', async () => {
  const { publicKey, privateKey } = await subtle.generateKey(
    { name: 'RSA-OAEP', hash: 'SHA-1', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]) }, false, ['wrapKey', 'unwrapKey']);
  const wrapped = await subtle.wrapKey('raw', await makeGcm(), publicKey, 'RSA-OAEP');
  const key = await subtle.unwrapKey('raw', wrapped, privateKey, 'RSA-OAEP', 'AES-GCM', true, ['encrypt']);
  assertEquals(hex(await subtle.exportKey('raw', key)), hex(filled(16)));
});

test('keys that are not wrapped or unwrapped', async () => {
  const wrapping = await makeGcm();
  await assertRejects(subtle.wrapKey('raw', await makeGcm(['encrypt'], false), wrapping, gcm), DOMException,
    'InvalidAccessError: Attempt to export non-extractable AES-GCM key.');
  await assertRejects(subtle.wrapKey('raw', wrapping, await makeGcm(['encrypt']), gcm), DOMException,
    'InvalidAccessError: Requested key usage "wrapKey" does not match any usage listed in this CryptoKey.');
  const unwrap = async (text, usages = ['sign']) => subtle.unwrapKey('jwk', await subtle.encrypt(gcm, wrapping, utf8(text)), wrapping, gcm,
    { name: 'HMAC', hash: 'SHA-256' }, true, usages);
  await assertRejects(unwrap('{junk'), SyntaxError, 'JSON');
  await assertRejects(unwrap('5'), DOMException, 'DataError: Missing "kty" field or corrupt JSON unwrapping key?');
  await assertRejects(unwrap('{}'), DOMException, 'DataError: HMAC "jwk" key import requires a JSON Web Key with Key Type ' +
    'parameter ("kty") equal to "oct" (encountered "undefined").');
  await assertRejects(unwrap('{"kty":"oct","k":"AQEB"}', []), DOMException, 'SyntaxError: Secret/private CryptoKeys must have at least one usage.');
});

test('numbers of dictionaries', async () => {
  const derive = async (length) => subtle.deriveBits({ name: 'HKDF', salt: filled(1), info: filled(1), hash: 'SHA-1' },
    await subtle.importKey('raw', filled(3), 'HKDF', false, ['deriveBits']), length);
  assertEquals((await derive('16')).byteLength, 2);
  assertEquals((await derive(16.9)).byteLength, 2);
  assertEquals((await derive(NaN)).byteLength, 0);
  for (const length of [2 ** 31, -(2 ** 31) - 1]) {
    await assertRejects(derive(length), TypeError, 'Value out of range. Must be between -2147483648 and 2147483647 (inclusive).');
  }
  await assertRejects(derive(1n), TypeError, 'Cannot convert a BigInt value to a number');
});
