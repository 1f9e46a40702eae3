'use strict';

const { subtle } = crypto;
const { state } = internals.require('internal/context');
const { STRICT_CRYPTO_CHECKS } = internals.require('internal/flags');
state.flags = STRICT_CRYPTO_CHECKS;

// https://www.rfc-editor.org/rfc/rfc7515#appendix-A.3
const PRIVATE = {
  kty: 'EC', crv: 'P-256', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
};
const PUBLIC = { kty: 'EC', crv: 'P-256', x: PRIVATE.x, y: PRIVATE.y };
const WIDTH = { 'P-256': 32, 'P-384': 48, 'P-521': 66 };

function usagesFor(name, isPrivate) {
  if (name === 'ECDH') return isPrivate ? ['deriveKey', 'deriveBits'] : [];
  return isPrivate ? ['sign'] : ['verify'];
}
const importJwk = (jwk, { name = 'ECDSA', namedCurve = 'P-256', usages = usagesFor(name, jwk.d !== undefined) } = {}) =>
  subtle.importKey('jwk', jwk, { name, namedCurve }, true, usages);
const importRaw = (bytes, { name = 'ECDSA', namedCurve = 'P-256', usages = usagesFor(name, false) } = {}) =>
  subtle.importKey('raw', bytes, { name, namedCurve }, true, usages);

test('ES256, the example of RFC 7515', async () => {
  const key = await importJwk(PUBLIC);
  const signature = base64url('DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q');
  const data = utf8('eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ');
  const verify = (hash = 'SHA-256') => subtle.verify({ name: 'ECDSA', hash }, key, signature, data);
  assertEquals(await verify(), true);
  assertEquals(await verify({ name: 'sha-384' }), false);
  signature[40] ^= 1;
  assertEquals(await verify(), false);
});

test('ECDSA on each curve, through every format', async () => {
  for (const namedCurve in WIDTH) {
    const algorithm = { name: 'ECDSA', namedCurve };
    const { publicKey, privateKey } = await subtle.generateKey({ name: 'ecdsa', namedCurve: namedCurve.toLowerCase() }, true, ['sign', 'verify']);
    assertEquals([publicKey.type, publicKey.algorithm, publicKey.usages], ['public', algorithm, ['verify']]);
    assertEquals([privateKey.type, privateKey.algorithm, privateKey.usages], ['private', algorithm, ['sign']]);
    const jwk = await subtle.exportKey('jwk', privateKey);
    assertEquals([base64url(jwk.x).length, base64url(jwk.y).length, base64url(jwk.d).length], Array(3).fill(WIDTH[namedCurve]));
    const publicKeys = [
      publicKey,
      await subtle.importKey('spki', await subtle.exportKey('spki', publicKey), algorithm, true, ['verify']),
      await subtle.importKey('raw', await subtle.exportKey('raw', publicKey), algorithm, true, ['verify']),
      await subtle.importKey('jwk', await subtle.exportKey('jwk', publicKey), algorithm, true, ['verify']),
    ];
    for (const signer of [
      privateKey,
      await subtle.importKey('pkcs8', await subtle.exportKey('pkcs8', privateKey), algorithm, true, ['sign']),
      await subtle.importKey('jwk', jwk, algorithm, true, ['sign']),
    ]) {
      for (const hash of ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512']) {
        const signature = await subtle.sign({ name: 'ECDSA', hash }, signer, utf8('data'));
        assertEquals(signature.byteLength, 2 * WIDTH[namedCurve]);
        for (const key of publicKeys) {
          assertEquals(await subtle.verify({ name: 'ECDSA', hash }, key, signature, utf8('data')), true);
          assertEquals(await subtle.verify({ name: 'ECDSA', hash }, key, signature, utf8('other')), false);
        }
      }
    }
  }
});

test('signatures that are none', async () => {
  const key = await importJwk(PUBLIC);
  for (const signature of [filled(0), filled(3), filled(63), filled(64, 0), filled(64, 255), filled(65)]) {
    assertEquals(await subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, filled(3)), false);
  }
  await assertRejects(subtle.sign('ECDSA', await importJwk(PRIVATE), filled(3)), TypeError, 'Missing "hash" in AlgorithmIdentifier.');
});

test('a compressed point is a key, and is exported whole', async () => {
  const raw = new Uint8Array(await subtle.exportKey('raw', await importJwk(PUBLIC)));
  const compressed = new Uint8Array([2 + (raw[64] & 1), ...raw.subarray(1, 33)]);
  const key = await importRaw(compressed);
  assertEquals(hex(await subtle.exportKey('raw', key)), hex(raw));
  assertEquals((await subtle.exportKey('spki', key)).byteLength, 91);
  assertEquals((await subtle.exportKey('jwk', key)).y, PRIVATE.y);
});

test('points that are no keys', async () => {
  for (const [bytes, text] of [
    [filled(65, 4), 'Failed to import raw EC key data: Point is not on curve..'],
    [filled(6, 4), 'Failed to import raw EC key data: Invalid point encoding..'],
    [filled(1, 0), 'Failed to import raw EC key data: Invalid point encoding..'],
    [filled(0), 'Failed to import raw EC key data.'],
  ]) await assertRejects(importRaw(bytes), DOMException, `DataError: ${text}`);
  await assertRejects(importRaw(filled(65, 4), { usages: ['sign'] }), DOMException,
    'SyntaxError: Attempt to import public ECDSA key with invalid usage "sign".');
  await assertRejects(subtle.exportKey('raw', await importJwk(PRIVATE)), DOMException,
    'InvalidAccessError: Raw export of elliptic curve keys is only allowed for public keys.');
});

test('JSON Web Keys that are refused', async () => {
  const coordinates = 'OperationError: Invalid EC key; public key coordinates "x" and "y" are invalid: Point is not on curve..';
  for (const [jwk, text] of [
    [{ ...PUBLIC, kty: 'OKP' }, 'DataError: Elliptic curve "jwk" key import requires a JSON Web Key with Key Type parameter "kty" ("OKP") equal to "EC".'],
    [{ ...PUBLIC, alg: 'ES384' }, 'DataError: JSON Web Key Algorithm parameter "alg" ("ES384") does not match requested curve.'],
    [{ ...PUBLIC, alg: 'X' }, 'NotSupportedError: Unrecognized or unimplemented algorithm "X" listed in JSON Web Key Algorithm parameter.'],
    [{ ...PUBLIC, x: undefined }, 'DataError: Invalid EC key in JSON Web Key; missing "x".'],
    [{ ...PUBLIC, y: '!' }, 'DataError: Invalid EC key in JSON Web Key; missing "y".'],
    [{ ...PUBLIC, x: PUBLIC.y }, coordinates],
    [{ ...PUBLIC, x: PUBLIC.x + PUBLIC.x }, coordinates],
    [{ ...PRIVATE, d: PRIVATE.x }, 'DataError: Invalid EC key in JSON Web Key.'],
    [{ ...PRIVATE, d: '!' }, 'DataError: Invalid EC key in JSON Web Key; missing or invalid private key component ("d").'],
    [{ ...PRIVATE, d: 'AA' }, 'OperationError: Invalid EC key; private key component "d" is invalid.'],
    [{ ...PRIVATE, d: '_'.repeat(43) }, 'OperationError: Invalid EC key; private key component "d" is invalid.'],
  ]) await assertRejects(importJwk(jwk), DOMException, text);
  // Zeros in front are none of the number.
  assertEquals((await subtle.exportKey('jwk', await importJwk({ ...PUBLIC, x: `AAAA${PUBLIC.x}` }))).x, PUBLIC.x);
  await assertRejects(importJwk(PUBLIC, { namedCurve: 'P-384' }), DOMException, coordinates);
  await assertRejects(importJwk(PUBLIC, { namedCurve: 'K-256' }), DOMException,
    'NotSupportedError: Unrecognized or unimplemented EC curve "K-256" requested.');
  await assertRejects(subtle.importKey('jwk', PUBLIC, 'ECDSA', true, ['verify']), TypeError, 'Missing field "namedCurve" in "algorithm".');
});

test('a structure with a key of another kind', async () => {
  const spki = await subtle.exportKey('spki', await importJwk(PUBLIC));
  await assertRejects(subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-384' }, true, ['verify']), DOMException,
    'DataError: "algorithm.namedCurve" "P-384" does not match the curve specified by the input key data.');
  await assertRejects(subtle.importKey('spki', spki, { name: 'ECDH', namedCurve: 'P-384' }, true, []), DOMException,
    'DataError: "algorithm.namedCurve" "P-384", does not match the curve specified by the input key data.');
  await assertRejects(subtle.importKey('spki', spki, { name: 'RSA-PSS', hash: 'SHA-1' }, true, ['verify']), DOMException,
    'DataError: Input was not an RSA key.');
  const { publicKey } = await subtle.generateKey('Ed25519', true, ['sign']);
  await assertRejects(subtle.importKey('spki', await subtle.exportKey('spki', publicKey), { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']),
    DOMException, 'DataError: Input was not an EC key.');
});

test('ECDH: both sides derive the same', async () => {
  for (const namedCurve in WIDTH) {
    const generate = () => subtle.generateKey({ name: 'ECDH', namedCurve }, true, ['deriveBits', 'deriveKey']);
    const [a, b] = [await generate(), await generate()];
    assertEquals([a.publicKey.usages, a.privateKey.usages], [[], ['deriveKey', 'deriveBits']]);
    const one = await subtle.deriveBits({ name: 'ECDH', public: b.publicKey }, a.privateKey);
    const other = await subtle.deriveBits({ name: 'ECDH', public: a.publicKey }, b.privateKey, null);
    assertEquals(one.byteLength, WIDTH[namedCurve]);
    assertEquals(hex(one), hex(other));
    const some = new Uint8Array(await subtle.deriveBits({ name: 'ECDH', public: b.publicKey }, a.privateKey, 13));
    const all = new Uint8Array(one);
    assertEquals([...some], [all[0], all[1] & 0xf8]);
  }
});

test('ECDH, a vector and what is refused', async () => {
  const own = await importJwk(PRIVATE, { name: 'ECDH' });
  const peer = await importJwk(PUBLIC, { name: 'ECDH' });
  const derive = (algorithm, bits = 256, key = own) => subtle.deriveBits({ name: 'ECDH', ...algorithm }, key, bits);
  assertEquals(hex(await derive({ public: peer })), '09b43c4932a799d8cc38947c67d90e46c9e87f63d3190c6ad0170fbfe63f9e44');
  assertEquals((await derive({ public: peer }, 0)).byteLength, 0);
  await assertRejects(derive({ public: peer }, 257), DOMException,
    'OperationError: Derived key length (257 bits) is too long (should be at most 256 bits).');
  await assertRejects(derive({}), TypeError, 'Missing field "public" in "derivedKeyParams".');
  await assertRejects(derive({ public: {} }), TypeError,
    "Incorrect type for the 'public' field on 'DeriveKeyAlgorithm': the provided value is not of type 'CryptoKey'.");
  await assertRejects(derive({ public: own }), DOMException, 'InvalidAccessError: The provided key has type "private", not "public"');
  await assertRejects(derive({ public: await importJwk(PUBLIC) }), DOMException,
    'InvalidAccessError: Private key for derivation is using "ECDH" while public key is using "ECDSA".');
  const { publicKey: wide } = await subtle.generateKey({ name: 'ECDH', namedCurve: 'P-384' }, true, ['deriveBits']);
  await assertRejects(derive({ public: wide }), DOMException,
    'InvalidAccessError: Private key for derivation is using curve "P-256" while public key is using "P-384".');
  const { publicKey: another } = await subtle.generateKey('X25519', true, ['deriveBits']);
  await assertRejects(derive({ public: another }), DOMException,
    'InvalidAccessError: Base ECDH private key cannot be used to derive a key from a peer X25519 public key');
  const key = await subtle.deriveKey({ name: 'ECDH', public: peer }, own, { name: 'AES-CBC', length: 128 }, true, ['encrypt']);
  assertEquals(hex(await subtle.exportKey('raw', key)), '09b43c4932a799d8cc38947c67d90e46');
  assertEquals((await subtle.deriveKey({ name: 'ECDH', public: peer }, own, 'HKDF', false, ['deriveBits'])).algorithm, { name: 'HKDF' });
});

test('only older Workers give public keys of ECDH a usage', async () => {
  await assertRejects(importJwk(PUBLIC, { name: 'ECDH', usages: ['deriveBits'] }), DOMException,
    'SyntaxError: Attempt to import public ECDH key with invalid usage "deriveBits".');
  state.flags = 0;
  try {
    assertEquals((await importJwk(PUBLIC, { name: 'ECDH', usages: ['deriveBits'] })).usages, ['deriveBits']);
  } finally {
    state.flags = STRICT_CRYPTO_CHECKS;
  }
});

test('pairs that are not generated', async () => {
  const generate = (algorithm, usages) => subtle.generateKey({ name: 'ECDSA', ...algorithm }, false, usages);
  await assertRejects(generate({}, ['sign']), TypeError, 'Missing field "namedCurve" in "algorithm".');
  await assertRejects(generate({ namedCurve: 'x' }, ['sign']), DOMException,
    'NotSupportedError: Unrecognized or unimplemented EC curve "x" requested.');
  await assertRejects(generate({ namedCurve: 'P-256' }, ['deriveBits']), DOMException,
    'SyntaxError: Attempt to generate ECDSA key with invalid usage "deriveBits".');
  await assertRejects(generate({ namedCurve: 'P-256' }, ['verify']), DOMException,
    'SyntaxError: Attempt to generate asymmetric keys with no valid private key usages.');
});
