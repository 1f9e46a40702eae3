'use strict';

const { subtle } = crypto;
const importKey = (name, data, usages = ['deriveBits', 'deriveKey']) => subtle.importKey('raw', data, name, false, usages);

// https://www.rfc-editor.org/rfc/rfc6070; the last is longer than a digest.
test('PBKDF2, vectors of RFC 6070', async () => {
  for (const [password, salt, iterations, expected] of [
    ['password', 'salt', 1, '0c60c80f961f0e71f3a9b524af6012062fe037a6'],
    ['password', 'salt', 2, 'ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957'],
    ['password', 'salt', 4096, '4b007901b765489abead49d926f721d065a429c1'],
    ['passwordPASSWORDpassword', 'saltSALTsaltSALTsaltSALTsaltSALTsalt', 4096, '3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038'],
    ['pass\0word', 'sa\0lt', 4096, '56fa6aa75548099dcc37d7f03425e0c3'],
  ]) {
    const key = await importKey('PBKDF2', utf8(password));
    const derived = await subtle.deriveBits({ name: 'PBKDF2', salt: utf8(salt), iterations, hash: 'SHA-1' }, key, expected.length * 4);
    assertEquals(hex(derived), expected);
  }
});

// https://www.rfc-editor.org/rfc/rfc7914#section-11
test('PBKDF2 with SHA-256, vector of RFC 7914', async () => {
  const key = await importKey('PBKDF2', utf8('passwd'));
  const derived = await subtle.deriveBits({ name: 'PBKDF2', salt: utf8('salt'), iterations: 1, hash: { name: 'SHA-256' } }, key, 512);
  assertEquals(hex(derived), '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc' +
    '49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783');
});

// https://www.rfc-editor.org/rfc/rfc5869#appendix-A: cases 1, 3 and 4
test('HKDF, vectors of RFC 5869', async () => {
  for (const [hash, secret, salt, info, expected] of [
    ['SHA-256', '0b'.repeat(22), '000102030405060708090a0b0c', 'f0f1f2f3f4f5f6f7f8f9',
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865'],
    ['SHA-256', '0b'.repeat(22), '', '', '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8'],
    ['SHA-1', '0b'.repeat(11), '000102030405060708090a0b0c', 'f0f1f2f3f4f5f6f7f8f9',
      '085a01ea1b10f36933068b56efa5ad81a4f14b822f5b091568a9cdd4f155fda2c22e422478d305f3f896'],
  ]) {
    const key = await importKey('HKDF', unhex(secret));
    const derived = await subtle.deriveBits({ name: 'HKDF', salt: unhex(salt), info: unhex(info), hash }, key, expected.length * 4);
    assertEquals(hex(derived), expected);
  }
});

test('nothing may be empty', async () => {
  const empty = new Uint8Array(0);
  const password = await importKey('PBKDF2', empty);
  assertEquals(hex(await subtle.deriveBits({ name: 'PBKDF2', salt: empty, iterations: 1, hash: 'SHA-256' }, password, 128)),
    'f7ce0b653d2d72a4108cf5abe912ffdd');
  assertEquals((await subtle.deriveBits({ name: 'PBKDF2', salt: empty, iterations: 1, hash: 'SHA-256' }, password, 0)).byteLength, 0);
  const secret = await importKey('HKDF', empty);
  const algorithm = { name: 'HKDF', salt: empty, info: empty, hash: 'SHA-256' };
  assertEquals(hex(await subtle.deriveBits(algorithm, secret, 64)), 'eb70f01dede9afaf');
  assertEquals((await subtle.deriveBits(algorithm, secret, 0)).byteLength, 0);
});

test('keys of other algorithms are derived', async () => {
  const password = await importKey('PBKDF2', utf8('password'));
  const algorithm = { name: 'PBKDF2', salt: utf8('salt'), iterations: 2, hash: 'SHA-1' };
  const derive = (derived, usages = ['encrypt']) => subtle.deriveKey(algorithm, password, derived, true, usages);
  const aes = await derive({ name: 'AES-GCM', length: 256 });
  assertEquals(hex(await subtle.exportKey('raw', aes)), 'ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957cae93136266537a8d7bf4b76');
  assertEquals((await derive({ name: 'HMAC', hash: 'SHA-512' }, ['sign'])).algorithm.length, 1024);
  assertEquals((await derive({ name: 'HMAC', hash: 'SHA-1', length: 24 }, ['sign'])).algorithm.length, 24);
  await assertRejects(derive({ name: 'AES-GCM' }), TypeError, 'Missing field "length" in "derivedKeyParams".');
  await assertRejects(derive({ name: 'AES-GCM', length: 100 }), DOMException,
    'OperationError: Derived AES key must be 128, 192, or 256 bits in length but provided 100.');
  await assertRejects(derive({ name: 'HMAC' }, ['sign']), TypeError, 'Missing field "hash" in "derivedKeyParams".');
  await assertRejects(derive('HKDF', ['deriveBits']), DOMException, 'OperationError: PBKDF2 cannot derive a key with null length.');
  await assertRejects(derive('RSA-PSS', ['sign']), DOMException,
    'NotSupportedError: Unrecognized derived key type "RSA-PSS" requested.');
  await assertRejects(derive({ name: 'AES-GCM', length: 128 }, []), DOMException,
    'SyntaxError: Secret/private CryptoKeys must have at least one usage.');
});

test('lengths and parameters that are refused', async () => {
  const password = await importKey('PBKDF2', utf8('password'));
  const pbkdf2 = (more, bits = 256) =>
    subtle.deriveBits({ name: 'PBKDF2', salt: utf8('salt'), iterations: 1, hash: 'SHA-256', ...more }, password, bits);
  for (const bits of [null, undefined]) {
    await assertRejects(subtle.deriveBits({ name: 'PBKDF2', salt: utf8('s'), iterations: 1, hash: 'SHA-1' }, password, bits),
      DOMException, 'OperationError: PBKDF2 cannot derive a key with null length.');
  }
  await assertRejects(pbkdf2({}, 12), DOMException,
    'OperationError: PBKDF2 requires a derived key length that is a multiple of eight (requested 12).');
  await assertRejects(pbkdf2({}, -8), TypeError, 'deriveBits length must be an unsigned long integer.');
  await assertRejects(pbkdf2({}, 255 * 256 + 8), DOMException, 'OperationError: Pbkdf2 failed: derived key length exceeds maximum');
  await assertRejects(pbkdf2({ iterations: 0 }), DOMException,
    'OperationError: PBKDF2 requires a positive iteration count (requested 0).');
  for (const member of ['salt', 'iterations', 'hash']) {
    await assertRejects(pbkdf2({ [member]: undefined }), TypeError, `Missing field "${member}" in "algorithm".`);
  }
  const secret = await importKey('HKDF', utf8('secret'));
  const hkdf = (more, bits = 256) =>
    subtle.deriveBits({ name: 'HKDF', salt: utf8('salt'), info: utf8('info'), hash: 'SHA-256', ...more }, secret, bits);
  await assertRejects(hkdf({}, null), DOMException, 'OperationError: HKDF cannot derive a key with null length.');
  await assertRejects(hkdf({}, 9), DOMException, 'OperationError: HKDF requires a derived key length that is a multiple of eight');
  assertEquals((await hkdf({}, 255 * 256)).byteLength, 255 * 32);
  await assertRejects(hkdf({}, 255 * 256 + 8), DOMException, 'OperationError: HKDF deriveBits failed.');
  for (const member of ['salt', 'info', 'hash']) {
    await assertRejects(hkdf({ [member]: undefined }), TypeError, `Missing field "${member}" in "algorithm".`);
  }
});

test('secrets come as bytes and never leave', async () => {
  for (const name of ['HKDF', 'PBKDF2']) {
    const key = await importKey(name, utf8('secret'));
    assertEquals([key.type, key.extractable, key.algorithm, key.usages], ['secret', false, { name }, ['deriveKey', 'deriveBits']]);
    await assertRejects(subtle.exportKey('raw', key), DOMException, `InvalidAccessError: Attempt to export non-extractable ${name} key.`);
    await assertRejects(subtle.importKey('raw', utf8('s'), name, true, ['deriveBits']), DOMException,
      `SyntaxError: ${name} key cannot be extractable.`);
    await assertRejects(subtle.importKey('jwk', { kty: 'oct', k: 'AAAA' }, name, false, ['deriveBits']), DOMException,
      `NotSupportedError: ${name} key must be imported in "raw" format (requested "jwk")`);
    await assertRejects(importKey(name, utf8('s'), ['sign']), DOMException,
      `SyntaxError: Attempt to import secret ${name} key with invalid usage "sign".`);
    await assertRejects(subtle.generateKey(name, false, ['deriveBits']), DOMException,
      `NotSupportedError: Unrecognized key generation algorithm "${name}" requested.`);
    const only = await importKey(name, utf8('secret'), ['deriveBits']);
    await assertRejects(subtle.deriveKey({ name }, only, { name: 'AES-GCM', length: 128 }, false, ['encrypt']), DOMException,
      'InvalidAccessError: Requested key usage "deriveKey" does not match any usage listed in this CryptoKey.');
  }
});
