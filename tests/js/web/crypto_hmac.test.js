'use strict';

const { subtle } = crypto;
const importRaw = (bytes, hash, usages = ['sign', 'verify'], more = {}) =>
  subtle.importKey('raw', bytes, { name: 'HMAC', hash, ...more }, true, usages);
const importJwk = (jwk, { hash = 'SHA-256', extractable = true } = {}) =>
  subtle.importKey('jwk', { kty: 'oct', k: 'AQEBAQ', ...jwk }, { name: 'HMAC', hash }, extractable, ['sign']);

// https://www.rfc-editor.org/rfc/rfc4231#section-4.2, https://www.rfc-editor.org/rfc/rfc2202
test('the vectors of RFC 2202 and 4231', async () => {
  const expected = {
    'SHA-1': 'b617318655057264e28bc0b6fb378c8ef146be00',
    'SHA-256': 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    'SHA-384': 'afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6',
    'SHA-512': '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
  };
  for (const hash in expected) {
    const key = await importRaw(filled(20, 0x0b), hash);
    assertEquals(hex(await subtle.sign('HMAC', key, utf8('Hi There'))), expected[hash]);
  }
});

test('a signature is verified whole, and only with its data', async () => {
  const key = await importRaw(utf8('secret'), { name: 'sha-256' });
  const signature = await subtle.sign({ name: 'hmac' }, key, utf8('data'));
  assertEquals(await subtle.verify('HMAC', key, signature, utf8('data')), true);
  assertEquals(await subtle.verify('HMAC', key, signature, utf8('other')), false);
  assertEquals(await subtle.verify('HMAC', key, signature.slice(0, 31), utf8('data')), false);
  assertEquals(await subtle.verify('HMAC', key, new Uint8Array(0), utf8('data')), false);
  assertEquals(await subtle.verify('HMAC', key, await subtle.sign('HMAC', key, filled(0)), filled(0)), true);
});

test('keys are generated as long as the block of the digest, or as asked', async () => {
  for (const [hash, bits] of [['SHA-1', 512], ['SHA-256', 512], ['SHA-384', 1024], ['SHA-512', 1024]]) {
    const key = await subtle.generateKey({ name: 'HMAC', hash }, true, ['verify', 'sign']);
    assertEquals(key.algorithm, { name: 'HMAC', hash: { name: hash }, length: bits });
    assertEquals([key.type, key.extractable, key.usages], ['secret', true, ['sign', 'verify']]);
    assertEquals((await subtle.exportKey('raw', key)).byteLength, bits / 8);
  }
  const odd = await subtle.generateKey({ name: 'HMAC', hash: 'SHA-1', length: 13 }, true, ['sign']);
  const bytes = new Uint8Array(await subtle.exportKey('raw', odd));
  assertEquals([bytes.length, bytes[1] & 7], [2, 0]);
  await assertRejects(subtle.generateKey({ name: 'HMAC', hash: 'SHA-1', length: 0 }, true, ['sign']), DOMException,
    'OperationError: HMAC key length must be a non-zero unsigned long integer (requested 0).');
  await assertRejects(subtle.generateKey({ name: 'HMAC' }, true, ['sign']), TypeError, 'Missing field "hash" in "algorithm".');
  await assertRejects(subtle.generateKey({ name: 'HMAC', hash: 'SHA-1' }, true, ['encrypt']), DOMException,
    'SyntaxError: Attempt to generate HMAC key with invalid usage "encrypt".');
  await assertRejects(subtle.generateKey({ name: 'HMAC', hash: 'SHA-1' }, true, []), DOMException,
    'SyntaxError: Secret/private CryptoKeys must have at least one usage.');
});

test('a length of up to 7 bits less than the bytes', async () => {
  const key = await importRaw(filled(4, 255), 'SHA-1', ['sign'], { length: 25 });
  assertEquals(hex(await subtle.exportKey('raw', key)), 'ffffff80');
  for (const length of [0, 24, 33, -1]) {
    await assertRejects(importRaw(filled(4), 'SHA-1', ['sign'], { length }), DOMException,
      `DataError: Imported HMAC key length (${length}) must be a non-zero value up to 7 bits less than, and no ` +
        'greater than, the bit length of the raw key data (32).');
  }
  await assertRejects(importRaw(filled(0), 'SHA-1'), DOMException, 'DataError: Imported HMAC key length (0)');
});

test('the bytes given are left alone', async () => {
  const bytes = filled(4, 255);
  await importRaw(bytes, 'SHA-1', ['sign'], { length: 25 });
  assertEquals(hex(bytes), 'ffffffff');
});

test('JSON Web Keys', async () => {
  const key = await importRaw(filled(20, 0x0b), 'SHA-256');
  const jwk = await subtle.exportKey('jwk', key);
  assertEquals(jwk, { kty: 'oct', key_ops: ['sign', 'verify'], alg: 'HS256', ext: true, k: 'CwsLCwsLCwsLCwsLCwsLCwsLCws' });
  const again = await subtle.importKey('jwk', jwk, { name: 'HMAC', hash: 'SHA-256' }, true, ['sign', 'verify']);
  assertEquals(hex(await subtle.exportKey('raw', again)), hex(filled(20, 0x0b)));
  assertEquals((await importJwk({ k: '-_-_' })).algorithm.length, 24);
  await assertRejects(importJwk({ kty: 'RSA' }), DOMException, 'DataError: HMAC "jwk" key import requires a JSON Web Key with ' +
    'Key Type parameter ("kty") equal to "oct" (encountered "RSA").');
  await assertRejects(importJwk({ k: undefined }), DOMException, 'DataError: HMAC "jwk" key import requires a base64Url encoding');
  await assertRejects(importJwk({ k: '!' }), DOMException, 'DataError: HMAC "jwk" key import requires a base64Url encoding');
  await assertRejects(importJwk({ alg: 'HS1' }), DOMException, 'DataError: HMAC "jwk" key import specifies "alg" that is ' +
    'incompatible with the hash name (encountered "HS1", expected "HS256").');
  await assertRejects(importJwk({ key_ops: 'sign' }), TypeError,
    "Incorrect type for the 'key_ops' field on 'JsonWebKey': the provided value is not of type 'Array'.");
  await assertRejects(importJwk({ ext: false }), DOMException,
    'DataError: JWK ext field for "HMAC" is set to false but extractable is true');
  assertEquals((await importJwk({ ext: false }, { extractable: false })).extractable, false);
});

test('other formats and digests', async () => {
  const key = await importRaw(filled(4), 'MD5');
  assertEquals((await subtle.sign('HMAC', key, filled(1))).byteLength, 16);
  await assertRejects(subtle.exportKey('jwk', key), DOMException,
    'NotSupportedError: Unimplemented JWK key export format for key algorithm "MD5".');
  await assertRejects(subtle.exportKey('spki', key), DOMException, 'NotSupportedError: Unimplemented key export format "spki".');
  await assertRejects(importRaw(filled(4), 'SHA-3'), DOMException,
    'NotSupportedError: Unrecognized or unimplemented digest algorithm requested.');
  await assertRejects(subtle.importKey('spki', filled(4), { name: 'HMAC', hash: 'SHA-1' }, true, ['sign']), DOMException,
    'NotSupportedError: Unrecognized key import format "spki".');
});
