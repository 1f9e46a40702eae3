'use strict';

const { subtle } = crypto;
const { state } = internals.require('internal/context');
const { CRYPTO_PRESERVE_PUBLIC_EXPONENT, STRICT_CRYPTO_CHECKS } = internals.require('internal/flags');
state.flags = CRYPTO_PRESERVE_PUBLIC_EXPONENT | STRICT_CRYPTO_CHECKS;

// Made for these tests.
const PRIVATE = {
  kty: 'RSA',
  n: 'xshCzEigLgSX3P0sBCWL7OoC20GjEZamOBA77rJirtShC8WPM4R2Q4WC1DHO3Us-QmO3Jm8vD3ILex_dCgI-t8oOcs-6ohix9Fwr' +
    'gswy3INVi2zrpd74ZuZoVG8I2D4BvwEeeHGWAdHh-ld9XjdBVk-6JWjZZ66lkc7xxSXMkq7H1UseDgDayj2i5HvJM9ykCzn1TYQF' +
    'g3z_kqOQuXe06wvh03D-BgOtdrCAGjL28DxM0dFWREJkE5bjtXu0o1Pmw9ZRF6BTLjm9UP-kHCQKq1BQfDDAJSfyMaGEpB9fZwmI' +
    '5NjvwDTPhSHU3E-j5nc2YEmD67326eJQ4sSewE2skQ',
  e: 'AQAB',
  d: 'C610DyAtGMb4TOkqjsvN3osYw9ylQcFB3oVFoA4msfKXy2M9uF8Nu4W6W9DZQDLNY4UMG1vovdWLSx5iE9Zx7MYX9zKw2hjtS1em' +
    'zrZEPqQQgHJTnZjtqs3aTyt-r4VlAN2F9rllgJHd3qEJImHImtNwMgZozyh5XYl0tooz7GHxo5QTJ0_zwg8SCsap7urRfFSyxMC6' +
    'FCSvtkZPJjLKmUa1JB8Bh5p9NoZ9tb1SstD5wUtPElkA3sqwrifZtum1VpAUbV0JfjCQWWKL47kp7Qz_7H9ECAamqHoIkJQq8TtS' +
    'SYxDgqMUTHr7Sx7GWihj9dDrz1OWS054kZK4CZ1_YQ',
  p: '5_PkVduEdFl1GCi-O8W87u1GpuYbk20r31BU4f357pwslLHi701xGZfGBjUK2VtjRjYDYuDRq3tnjWPsZ22-zt4L9mwXUksimk4E' +
    'Hu3XVcrm0UJiqcW-hpY48fPqajG_qjzbEGBIe3n3GP7x8ldALUBQfwbSE3R7tiQA6afnxfU',
  q: '22QDhmjN2ZtIvBTtg3vnj2e--CHBn-jq3l3VkdcoE_fP2Nhm-4fD3IwVrmjgzi3N8yywiUmixrRoSm0vj0DKq6DPE20RIA600tLq' +
    'Ja2hk1mAcF1dz6uzctirZW6YdscGWCYG2GZEb7v0W3E-NfPWNpe8RNgx3Wot08st_WsDjq0',
  dp: 'WGvh9FTdVlkvyQjnE_QaRN6Q21jG1Fl-qv99jDT8TNieKgTx5JWZ8s6nv4AC5b7vxjka61uWsg8193FLElaEsWl2F_c2oLlhtH7f' +
    'FUdHmj3h5Y2v_NYT_kxP4vQ_vUG_tc7DF6gMmX1yE8ZER0S5g0aMKRBZju8Npe5tpqTKNu0',
  dq: 'M7JejkaV8yf_PKqlySziRM2Kl4fEy3ykE6AC2mnbvNDRPmTH5493XLn5xe5awtrSQ_IM61zZqX8LcDZIVbZLy6OKCCbUOTyd6Wvf' +
    '1t8SStl1RYUKvQvVrkNWKAGmlZ6SZSUYyddXWwjsLLwDj80UdirNJ1_WaDlD8TtYa_XSkcU',
  qi: '3TTrkAQzHlXLFtVF3MpKQ88RQZfq-Z75yJnw2nlqMIHnMc76o_kFae2r6vkXYA33IqQztD9aZ5P9_x2gSzdhalc5clJ4evvxjcmX' +
    'pgEqklQhDLiOjzFsJfOIGKUkpcx7P9gDKDJrxr05Fc3fJOoBCFAGzBWQvqHb7xQCAB__Xp0',
};
const PUBLIC = { kty: 'RSA', n: PRIVATE.n, e: PRIVATE.e };

function usagesFor(name, isPrivate) {
  if (name === 'RSA-OAEP') return isPrivate ? ['decrypt', 'unwrapKey'] : ['encrypt', 'wrapKey'];
  return isPrivate ? ['sign'] : ['verify'];
}

const importJwk = (jwk, { name = 'RSASSA-PKCS1-v1_5', hash = 'SHA-256', usages = usagesFor(name, jwk.d !== undefined) } = {}) =>
  subtle.importKey('jwk', jwk, { name, hash }, true, usages);
const generate = (more = {}, usages = ['sign', 'verify']) => subtle.generateKey({
  name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), ...more,
}, true, usages);

// https://www.rfc-editor.org/rfc/rfc7515#appendix-A.2
test('RS256, the example of RFC 7515', async () => {
  const key = await importJwk({
    kty: 'RSA', e: 'AQAB',
    n: 'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZ' +
      'S-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2' +
      'CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9g' +
      'b54h4FRWyuXpoQ',
  });
  const signature = base64url(
    'cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t' +
    '1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12j' +
    'zDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQ' +
    'Ge77Rw');
  const data = utf8('eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc1' +
    '9yb290Ijp0cnVlfQ');
  assertEquals(await subtle.verify('RSASSA-PKCS1-v1_5', key, signature, data), true);
  data[0] ^= 1;
  assertEquals(await subtle.verify('RSASSA-PKCS1-v1_5', key, signature, data), false);
});

test('RSASSA-PKCS1-v1_5 with each digest', async () => {
  for (const hash of ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512']) {
    const privateKey = await importJwk(PRIVATE, { hash });
    const publicKey = await importJwk(PUBLIC, { hash });
    const signature = await subtle.sign('rsassa-pkcs1-v1_5', privateKey, utf8('data'));
    assertEquals(signature.byteLength, 256);
    assertEquals(await subtle.verify('RSASSA-PKCS1-v1_5', publicKey, signature, utf8('data')), true);
    assertEquals(await subtle.verify('RSASSA-PKCS1-v1_5', publicKey, signature, utf8('other')), false);
  }
  const publicKey = await importJwk(PUBLIC);
  for (const length of [0, 6, 255, 256, 257]) {
    assertEquals(await subtle.verify('RSASSA-PKCS1-v1_5', publicKey, filled(length), utf8('data')), false);
  }
});

test('RSA-PSS has the salt that is asked for', async () => {
  const privateKey = await importJwk(PRIVATE, { name: 'RSA-PSS' });
  const publicKey = await importJwk(PUBLIC, { name: 'RSA-PSS' });
  const sign = (saltLength) => subtle.sign({ name: 'RSA-PSS', saltLength }, privateKey, utf8('data'));
  const verify = (saltLength, signature) => subtle.verify({ name: 'RSA-PSS', saltLength }, publicKey, signature, utf8('data'));
  for (const saltLength of [0, 20, 32, 222]) {
    assertEquals(await verify(saltLength, await sign(saltLength)), true);
  }
  // Without salt there is nothing random.
  assertEquals(hex(await sign(0)), hex(await sign(0)));
  assert(hex(await sign(32)) !== hex(await sign(32)), 'the salt is not random');
  assertEquals(await verify(20, await sign(32)), false);
  assertEquals(await verify(500, await sign(32)), false);
  await assertRejects(sign(undefined), DOMException, 'DataError: Failed to provide salt for RSA-PSS key operation');
  await assertRejects(verify(undefined, filled(256)), TypeError, 'Failed to provide salt for RSA-PSS key operation');
  await assertRejects(sign(-1), DOMException, 'DataError: SaltLength for RSA-PSS must be non-negative (provided -1).');
  await assertRejects(sign(223), DOMException, 'OperationError: key too small for signing with given digest and salt length');
});

test('RSA-OAEP', async () => {
  const privateKey = await importJwk(PRIVATE, { name: 'RSA-OAEP' });
  const publicKey = await importJwk(PUBLIC, { name: 'RSA-OAEP' });
  const label = filled(3);
  for (const [length, more] of [[0, {}], [30, {}], [190, {}], [30, { label }]]) {
    const encrypted = await subtle.encrypt({ name: 'RSA-OAEP', ...more }, publicKey, filled(length));
    assertEquals(encrypted.byteLength, 256);
    assertEquals(hex(await subtle.decrypt({ name: 'RSA-OAEP', ...more }, privateKey, encrypted)), hex(filled(length)));
  }
  const labelled = await subtle.encrypt({ name: 'RSA-OAEP', label }, publicKey, filled(30));
  for (const attempt of [
    () => subtle.decrypt({ name: 'RSA-OAEP', label: filled(4) }, privateKey, labelled),
    () => subtle.decrypt('RSA-OAEP', privateKey, labelled),
    () => subtle.decrypt('RSA-OAEP', privateKey, filled(256)),
    () => subtle.decrypt('RSA-OAEP', privateKey, filled(25)),
    () => subtle.encrypt('RSA-OAEP', publicKey, filled(191)),
  ]) await assertRejects(attempt, DOMException, 'OperationError: RSA-OAEP failed encrypt/decrypt.');
  await assertRejects(subtle.encrypt('RSA-OAEP', privateKey, filled(1)), DOMException,
    'InvalidAccessError: Requested key usage "encrypt" does not match any usage listed in this CryptoKey.');
});

test('keys go through every format', async () => {
  for (const [name, alg] of [['RSASSA-PKCS1-v1_5', 'RS256'], ['RSA-PSS', 'PS256'], ['RSA-OAEP', 'RSA-OAEP-256']]) {
    const algorithm = { name, hash: 'SHA-256' };
    const privateKey = await importJwk(PRIVATE, { name });
    const publicKey = await importJwk(PUBLIC, { name });
    const shown = { name, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: { name: 'SHA-256' } };
    assertEquals([privateKey.type, privateKey.algorithm, privateKey.usages], ['private', shown, usagesFor(name, true)]);
    assertEquals([publicKey.type, publicKey.algorithm, publicKey.usages], ['public', shown, usagesFor(name, false)]);
    assertEquals(await subtle.exportKey('jwk', publicKey), { kty: 'RSA', key_ops: usagesFor(name, false), alg, ext: true, n: PRIVATE.n, e: PRIVATE.e });
    const jwk = await subtle.exportKey('jwk', privateKey);
    for (const member in PRIVATE) assertEquals(jwk[member], PRIVATE[member], member);
    const pkcs8 = await subtle.exportKey('pkcs8', privateKey);
    const spki = await subtle.exportKey('spki', publicKey);
    const again = await subtle.importKey('pkcs8', pkcs8, algorithm, true, usagesFor(name, true));
    assertEquals((await subtle.exportKey('jwk', again)).d, PRIVATE.d);
    const publicAgain = await subtle.importKey('spki', spki, algorithm, true, usagesFor(name, false));
    assertEquals((await subtle.exportKey('jwk', publicAgain)).n, PRIVATE.n);
    await assertRejects(subtle.exportKey('spki', privateKey), DOMException,
      'InvalidAccessError: Asymmetric spki export requires public key (not "private").');
    await assertRejects(subtle.exportKey('pkcs8', publicKey), DOMException,
      'InvalidAccessError: Asymmetric pkcs8 export requires private key (not "public").');
    await assertRejects(subtle.exportKey('raw', publicKey), DOMException, `InvalidAccessError: Cannot export "${name}" in "raw" format.`);
    await assertRejects(subtle.importKey('spki', new Uint8Array([...new Uint8Array(spki), 0, 1]), algorithm, true, usagesFor(name, false)),
      DOMException, 'DataError: Invalid 2 trailing bytes after SPKI input.');
    await assertRejects(subtle.importKey('spki', filled(9), algorithm, true, []), DOMException, 'DataError: Invalid SPKI input.');
    await assertRejects(subtle.importKey('pkcs8', filled(9), algorithm, true, []), DOMException, 'DataError: Invalid PKCS8 input.');
  }
});

test('a private key without its prime factors signs', async () => {
  const key = await importJwk({ ...PUBLIC, d: PRIVATE.d });
  const signature = await subtle.sign('RSASSA-PKCS1-v1_5', key, utf8('data'));
  assertEquals(await subtle.verify('RSASSA-PKCS1-v1_5', await importJwk(PUBLIC), signature, utf8('data')), true);
  await assertRejects(subtle.exportKey('jwk', key), DOMException, 'OperationError: Private key export failed');
});

test('JSON Web Keys that are refused', async () => {
  for (const [jwk, text] of [
    [{ ...PRIVATE, kty: 'EC' }, 'DataError: RSASSA-PKCS1-v1_5 "jwk" key import requires a JSON Web Key with Key Type parameter "kty" ("EC") equal to "RSA".'],
    [{ ...PUBLIC, alg: 'RS512' }, 'DataError: JSON Web Key Algorithm parameter "alg" ("RS512") does not match requested hash algorithm "SHA-256".'],
    [{ ...PUBLIC, alg: 'X' }, 'NotSupportedError: Unrecognized or unimplemented algorithm "X" listed in JSON Web Key Algorithm parameter.'],
    [{ ...PUBLIC, n: undefined }, 'DataError: Invalid RSA key in JSON Web Key; missing or invalid Modulus parameter ("n").'],
    [{ ...PUBLIC, e: '!' }, 'DataError: Invalid RSA key in JSON Web Key; missing or invalid Exponent parameter ("e").'],
    [{ ...PRIVATE, p: undefined }, 'DataError: Invalid RSA private key in JSON Web Key; if one Prime Factor or CRT Exponent/Coefficient parameter is present'],
    [{ ...PRIVATE, p: '!' }, 'DataError: Invalid RSA key in JSON Web Key; invalid First Prime Factor parameter ("p").'],
    [{ ...PRIVATE, oth: [] }, 'NotSupportedError: Multi-prime private keys not supported.'],
    [{ ...PUBLIC, use: 'enc' }, 'DataError: Asymmetric "jwk" key import with usages requires a JSON Web Key with Public Key Use parameter "use" ("enc") equal to "sig".'],
    [{ ...PUBLIC, key_ops: ['sign'] }, 'DataError: All specified key usages must be present in the JSON Web Key\'s Key Operations parameter ("key_ops").'],
    [{ ...PUBLIC, key_ops: ['verify', 'verify'] }, 'DataError: A JSON Web Key\'s Key Operations parameter ("key_ops") must not contain duplicates.'],
    [{ ...PUBLIC, use: 'sig', key_ops: ['encrypt'] }, 'DataError: A JSON Web Key should have either a Public Key Use parameter ("use")'],
    [{ ...PUBLIC, ext: false }, 'DataError: JWK ext field for "RSASSA-PKCS1-v1_5" is set to false but extractable is true'],
    [{ ...PUBLIC, e: 'BQ' }, 'OperationError: Imported RSA key has invalid publicExponent 5.'],
  ]) await assertRejects(importJwk(jwk), DOMException, text);
  await assertRejects(importJwk(PRIVATE, { usages: ['verify'] }), DOMException,
    'SyntaxError: Attempt to import private RSASSA-PKCS1-v1_5 key with invalid usage "verify".');
  await assertRejects(importJwk(PRIVATE, { usages: [] }), DOMException, 'SyntaxError: Secret/private CryptoKeys must have at least one usage.');
  assertEquals((await importJwk(PUBLIC, { usages: [] })).usages, []);
});

test('pairs are generated', async () => {
  const { publicKey, privateKey } = await generate();
  const shown = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: { name: 'SHA-256' } };
  assertEquals([publicKey.type, publicKey.algorithm, publicKey.usages, publicKey.extractable], ['public', shown, ['verify'], true]);
  assertEquals([privateKey.type, privateKey.algorithm, privateKey.usages], ['private', shown, ['sign']]);
  const signature = await subtle.sign('RSASSA-PKCS1-v1_5', privateKey, utf8('data'));
  assertEquals(await subtle.verify('RSASSA-PKCS1-v1_5', publicKey, signature, utf8('data')), true);
  assertEquals((await subtle.exportKey('jwk', (await generate({ publicExponent: new Uint8Array([3]) })).publicKey)).e, 'Aw');
  // A Worker that changes what a key shows changes no key.
  publicKey.algorithm.publicExponent[0] = 9;
  publicKey.usages.push('sign');
  await assertRejects(subtle.sign('RSASSA-PKCS1-v1_5', publicKey, utf8('data')), DOMException, 'InvalidAccessError');
});

test('pairs that are not generated', async () => {
  for (const [more, text] of [
    [{ modulusLength: 0 }, 'modulusLength must be greater than zero (requested 0).'],
    [{ modulusLength: 1025 }, 'The modulus length must be a multiple of 8 and between 256 and 16k, but 1025 was requested.'],
    [{ modulusLength: 20480 }, 'The modulus length must be a multiple of 8 and between 256 and 16k, but 20480 was requested.'],
    [{ modulusLength: 1000 }, "Can't generate key: RSA key size is required to be a multiple of 128"],
    [{ modulusLength: 256 }, 'RSA key size is too small.'],
    [{ publicExponent: new Uint8Array([5]) }, 'The "publicExponent" must be either 3 or 65537, but got 5.'],
    [{ publicExponent: filled(6) }, 'The "publicExponent" must be either 3 or 65537, but got a number larger than 2^32.'],
  ]) await assertRejects(generate(more), DOMException, `OperationError: ${text}`);
  for (const member of ['publicExponent', 'modulusLength', 'hash']) {
    await assertRejects(generate({ [member]: undefined }), TypeError, `Missing field "${member}" in "algorithm".`);
  }
  for (const usages of [[], ['verify']]) {
    await assertRejects(generate({}, usages), DOMException,
      'SyntaxError: Attempt to generate asymmetric keys with no valid private key usages.');
  }
  const { privateKey } = await generate({ modulusLength: 512, hash: 'SHA-512' });
  await assertRejects(subtle.sign('RSASSA-PKCS1-v1_5', privateKey, filled(1)), DOMException,
    'OperationError: key too small for signing with given digest, need at least 768bits.');
});

test('older Workers see the exponent as an ArrayBuffer, and no strict checks', async () => {
  const { flags } = state;
  state.flags = 0;
  try {
    assertEquals((await importJwk(PUBLIC)).algorithm.publicExponent instanceof ArrayBuffer, true);
    assertEquals((await importJwk({ ...PUBLIC, e: 'BQ' })).type, 'public');
    assertEquals((await generate({ modulusLength: 1000 })).publicKey.algorithm.modulusLength, 1000);
  } finally {
    state.flags = flags;
  }
});

test('a key that is exported or wrapped as JWK meets no setter and no toJSON of Object.prototype', async () => {
  const key = await importJwk(PRIVATE);
  const wrapping = await subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['wrapKey', 'unwrapKey']);
  const algorithm = { name: 'AES-GCM', iv: new Uint8Array(12) };
  let seen = 0;
  for (const name of ['d', 'p', 'toJSON']) {
    Object.defineProperty(Object.prototype, name, { set() { seen++; }, get() { seen++; }, configurable: true });
  }
  let exported;
  let wrapped;
  try {
    exported = await subtle.exportKey('jwk', key);
    wrapped = await subtle.wrapKey('jwk', key, wrapping, algorithm);
  } finally {
    for (const name of ['d', 'p', 'toJSON']) delete Object.prototype[name];
  }
  assertEquals(seen, 0);
  assertEquals(exported.d, PRIVATE.d);
  assertEquals(Object.getPrototypeOf(exported), Object.prototype);
  const again = await subtle.unwrapKey('jwk', wrapped, wrapping, algorithm, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, true, ['sign']);
  assertEquals((await subtle.exportKey('jwk', again)).d, PRIVATE.d);
});
