'use strict';

const { subtle } = crypto;
// PKCS #8 around 32 bytes; the last byte of the name of the algorithm is given.
const pkcs8 = (kind, key) => new Uint8Array([0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, kind, 4, 0x22, 4, 0x20, ...unhex(key)]);

// https://www.rfc-editor.org/rfc/rfc8032#section-7.1: tests 1 and 2
const VECTORS = [
  ['9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b'],
  ['4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'],
];
// The first of them, https://www.rfc-editor.org/rfc/rfc8037#appendix-A
const PRIVATE = {
  kty: 'OKP', crv: 'Ed25519', d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
};
const PUBLIC = { kty: 'OKP', crv: 'Ed25519', x: PRIVATE.x };
const importJwk = (jwk, algorithm = 'Ed25519', usages = jwk.d === undefined ? ['verify'] : ['sign']) =>
  subtle.importKey('jwk', jwk, algorithm, true, usages);

test('Ed25519, vectors of RFC 8032', async () => {
  for (const [secret, point, message, expected] of VECTORS) {
    const privateKey = await subtle.importKey('pkcs8', pkcs8(0x70, secret), 'Ed25519', true, ['sign']);
    const publicKey = await subtle.importKey('raw', unhex(point), 'ed25519', true, ['verify']);
    assertEquals(hex(await subtle.sign('Ed25519', privateKey, unhex(message))), expected);
    assertEquals(await subtle.verify('Ed25519', publicKey, unhex(expected), unhex(message)), true);
    assertEquals(await subtle.verify('Ed25519', publicKey, unhex(expected), unhex(`${message}00`)), false);
    assertEquals(await subtle.verify('Ed25519', publicKey, filled(64), unhex(message)), false);
    await assertRejects(subtle.verify('Ed25519', publicKey, filled(63), unhex(message)), DOMException,
      'OperationError: Invalid Ed25519 signature length 63');
  }
});

// https://www.rfc-editor.org/rfc/rfc7748#section-6.1
test('X25519, vector of RFC 7748', async () => {
  const own = await subtle.importKey('pkcs8', pkcs8(0x6e, '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a'), 'X25519',
    true, ['deriveBits', 'deriveKey']);
  const peer = await subtle.importKey('raw', unhex('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f'), 'X25519', true, []);
  const derive = (bits, publicKey = peer) => subtle.deriveBits({ name: 'X25519', public: publicKey }, own, bits);
  assertEquals(hex(await derive(256)), '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742');
  assertEquals(hex(await derive()), '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742');
  assertEquals(hex(await derive(7)), '4a');
  assertEquals(hex(await derive(3)), '40');
  await assertRejects(derive(264), DOMException, 'OperationError: Derived key length (264 bits) is too long (should be at most 256 bits).');
  const zero = await subtle.importKey('raw', filled(32, 0), 'X25519', true, []);
  await assertRejects(derive(256, zero), DOMException, 'OperationError: Failed to derive EDDH key.');
  const { publicKey: another } = await subtle.generateKey('Ed25519', true, ['sign']);
  await assertRejects(derive(256, another), DOMException,
    'InvalidAccessError: Private key for derivation is using "X25519" while public key is using "Ed25519".');
  const jwk = await subtle.exportKey('jwk', own);
  assertEquals(jwk, {
    kty: 'OKP', key_ops: ['deriveKey', 'deriveBits'], ext: true, crv: 'X25519',
    x: 'hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo', d: 'dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo',
  });
  const again = await importJwk(jwk, 'X25519', ['deriveBits']);
  assertEquals(hex(await subtle.deriveBits({ name: 'X25519', public: peer }, again, 32)), '4a5d9d5b');
});

test('keys go through every format', async () => {
  for (const [algorithm, usages] of [['Ed25519', ['sign', 'verify']], ['X25519', ['deriveKey', 'deriveBits']]]) {
    const { publicKey, privateKey } = await subtle.generateKey({ name: algorithm }, true, usages);
    const publicUsages = publicKey.usages;
    const privateUsages = privateKey.usages;
    assertEquals([publicKey.algorithm, privateKey.algorithm], [{ name: algorithm }, { name: algorithm }]);
    assertEquals([publicUsages, privateUsages], algorithm === 'X25519' ? [[], usages] : [['verify'], ['sign']]);
    const expected = hex(await subtle.exportKey('raw', publicKey));
    for (const format of ['raw', 'spki', 'jwk']) {
      const again = await subtle.importKey(format, await subtle.exportKey(format, publicKey), algorithm, true, publicUsages);
      assertEquals(hex(await subtle.exportKey('raw', again)), expected);
    }
    const { d } = await subtle.exportKey('jwk', privateKey);
    for (const format of ['pkcs8', 'jwk']) {
      const again = await subtle.importKey(format, await subtle.exportKey(format, privateKey), algorithm, true, privateUsages);
      assertEquals((await subtle.exportKey('jwk', again)).d, d);
    }
    await assertRejects(subtle.exportKey('raw', privateKey), DOMException,
      `InvalidAccessError: Raw export of ${algorithm} keys is only allowed for public keys.`);
    await assertRejects(subtle.importKey('raw', filled(31), algorithm, true, []), DOMException,
      `DataError: ${algorithm} raw keys must be exactly 32-bytes (provided 31).`);
  }
});

test('JSON Web Keys that are refused', async () => {
  for (const [jwk, text] of [
    [{ ...PRIVATE, kty: 'EC' }, 'DataError: Ed25519 "jwk" key imports requires a JSON Web Key with Key Type parameter "kty" ("EC") equal to "OKP".'],
    [{ ...PRIVATE, crv: undefined }, 'DataError: Missing field "crv" for Ed25519 key.'],
    [{ ...PRIVATE, crv: 'X25519' }, 'NotSupportedError: Only Ed25519 is supported but "X25519" was requested.'],
    [{ ...PRIVATE, alg: 'ES256' }, 'DataError: JSON Web Key Algorithm parameter "alg" ("ES256") does not match requested Ed25519 curve.'],
    [{ ...PRIVATE, x: undefined }, 'DataError: Invalid Ed25519 key in JSON WebKey; missing or invalid public key component ("x").'],
    [{ ...PRIVATE, x: 'AAAA' }, 'DataError: Invalid length 3 for public key'],
    [{ ...PRIVATE, d: 'AAAA' }, 'DataError: Invalid length 3 for private key'],
  ]) await assertRejects(importJwk(jwk), DOMException, text);
  assertEquals((await importJwk({ ...PUBLIC, alg: 'EdDSA' })).usages, ['verify']);
  await assertRejects(importJwk(PRIVATE, 'X25519', ['deriveBits']), DOMException,
    'NotSupportedError: Only X25519 is supported but "Ed25519" was requested.');
});

test('a structure with a key of another kind', async () => {
  const spki = await subtle.exportKey('spki', await importJwk(PUBLIC));
  await assertRejects(subtle.importKey('spki', spki, 'X25519', true, []), DOMException, 'DataError: Input was not an X25519 key.');
  assertEquals((await subtle.importKey('spki', spki, 'Ed25519', true, ['verify'])).type, 'public');
});

test('NODE-ED25519, the old name', async () => {
  const algorithm = { name: 'NODE-ED25519', namedCurve: 'NODE-ED25519' };
  const key = await importJwk(PRIVATE, algorithm);
  assertEquals(key.algorithm, algorithm);
  assertEquals(await subtle.exportKey('jwk', key), { kty: 'OKP', key_ops: ['sign'], ext: true, crv: 'Ed25519', x: PRIVATE.x, d: PRIVATE.d });
  assertEquals(hex(await subtle.sign('NODE-ED25519', key, filled(0))), VECTORS[0][3]);
  const { publicKey, privateKey } = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
  assertEquals(await subtle.verify('NODE-ED25519', publicKey, await subtle.sign('NODE-ED25519', privateKey, filled(3)), filled(3)), true);
  await assertRejects(importJwk(PRIVATE, 'NODE-ED25519'), TypeError, 'Missing field "namedCurve" in "algorithm".');
  await assertRejects(importJwk(PRIVATE, { name: 'NODE-ED25519', namedCurve: 'Ed25519' }), DOMException,
    'NotSupportedError: EDDSA curve "Ed25519" isn\'t supported.');
});

test('usages that are refused', async () => {
  await assertRejects(subtle.generateKey('Ed25519', false, ['deriveBits']), DOMException,
    'SyntaxError: Attempt to generate Ed25519 key with invalid usage "deriveBits".');
  await assertRejects(subtle.generateKey('Ed25519', false, []), DOMException,
    'SyntaxError: Attempt to generate asymmetric keys with no valid private key usages.');
  await assertRejects(subtle.importKey('raw', filled(32), 'Ed25519', true, ['sign']), DOMException,
    'SyntaxError: Attempt to import public Ed25519 key with invalid usage "sign".');
  await assertRejects(subtle.importKey('raw', filled(32), 'X25519', true, ['deriveBits']), DOMException,
    'SyntaxError: Attempt to import public X25519 key with invalid usage "deriveBits".');
});
