'use strict';

const { subtle } = crypto;
const BOTH = ['encrypt', 'decrypt'];
const importRaw = (name, key, usages = BOTH) => subtle.importKey('raw', key, name, true, usages);

async function roundTrip(key, algorithm, plain, encrypted) {
  assertEquals(hex(await subtle.encrypt(algorithm, key, unhex(plain))), encrypted);
  assertEquals(hex(await subtle.decrypt(algorithm, key, unhex(encrypted))), plain);
}

// NIST SP 800-38A, F.2.1 and F.2.5; behind it the block of padding.
test('AES-CBC, vectors of NIST', async () => {
  const algorithm = { name: 'AES-CBC', iv: unhex('000102030405060708090a0b0c0d0e0f') };
  const short = await importRaw('AES-CBC', unhex('2b7e151628aed2a6abf7158809cf4f3c'));
  const plain = '6bc1bee22e409f96e93d7e117393172a';
  const first = hex(await subtle.encrypt(algorithm, short, unhex(plain)));
  assertEquals(first.slice(0, 32), '7649abac8119b246cee98e9b12e9197d');
  assertEquals(first.length, 64);
  await roundTrip(short, algorithm, plain, first);
  const long = await importRaw('AES-CBC', unhex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4'));
  assertEquals(hex(await subtle.encrypt(algorithm, long, unhex(plain))).slice(0, 32), 'f58c4c04d6e5f1ba779eabfb5f7bfbd6');
});

test('AES-CBC, what cannot be done', async () => {
  const key = await importRaw('AES-CBC', filled(32));
  const algorithm = { name: 'AES-CBC', iv: filled(16) };
  for (const length of [0, 1, 15, 16, 17, 1000]) {
    const encrypted = await subtle.encrypt(algorithm, key, filled(length));
    assertEquals(encrypted.byteLength, (length >> 4 << 4) + 16);
    assertEquals(hex(await subtle.decrypt(algorithm, key, encrypted)), hex(filled(length)));
  }
  await assertRejects(subtle.encrypt({ name: 'AES-CBC', iv: filled(15) }, key, filled(1)), DOMException,
    'OperationError: AES-CBC IV must be 16 bytes long (provided 15 bytes).');
  await assertRejects(subtle.encrypt({ name: 'AES-CBC' }, key, filled(1)), TypeError, 'Missing field "iv" in "algorithm".');
  for (const [length, expected] of [[16, 0], [17, 16], [0, 0]]) {
    await assertRejects(subtle.decrypt(algorithm, key, filled(length)), DOMException, 'OperationError: Decryption failed. ' +
      'This could be due to a ciphertext authentication failure, bad padding, incorrect CryptoKey, or another ' +
      `algorithm-specific reason. Input length was ${length}, output length expected to be ${expected} for AES-CBC`);
  }
});

// NIST SP 800-38A, F.5.1 and F.5.5.
test('AES-CTR, vectors of NIST', async () => {
  const algorithm = { name: 'AES-CTR', counter: unhex('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff'), length: 128 };
  const plain = '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51';
  await roundTrip(await importRaw('AES-CTR', unhex('2b7e151628aed2a6abf7158809cf4f3c')), algorithm, plain,
    '874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff');
  await roundTrip(await importRaw('AES-CTR', unhex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4')),
    algorithm, plain, '601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5');
});

test('AES-CTR, a counter that wraps changes only its own bits', async () => {
  const key = await importRaw('AES-CTR', filled(24));
  const block = async (counter) => hex(await subtle.encrypt({ name: 'AES-CTR', counter, length: 128 }, key, new Uint8Array(16)));
  for (const length of [1, 4, 8, 9, 63, 64, 65, 127, 128]) {
    const stream = hex(await subtle.encrypt({ name: 'AES-CTR', counter: filled(16, 255), length }, key, new Uint8Array(32)));
    const after = filled(16, 255);
    for (let bit = 0; bit < length; bit++) after[15 - (bit >> 3)] &= ~(1 << (bit & 7));
    assertEquals(stream, await block(filled(16, 255)) + await block(after), `${length} bits`);
  }
});

test('AES-CTR, what cannot be done', async () => {
  const key = await importRaw('AES-CTR', filled(16));
  const encrypt = (more, length = 33) =>
    subtle.encrypt({ name: 'AES-CTR', counter: filled(16), length: 64, ...more }, key, filled(length));
  await assertRejects(encrypt({ length: 1 }), DOMException, 'OperationError: Counter block values will repeat.');
  await assertRejects(encrypt({ length: 0 }), DOMException, 'OperationError: Invalid counter of 0 bits length provided.');
  await assertRejects(encrypt({ length: 129 }), DOMException, 'OperationError: Invalid counter of 129 bits length provided.');
  await assertRejects(encrypt({ length: undefined }), TypeError, 'Missing "length" member in "algorithm".');
  await assertRejects(encrypt({ counter: undefined }), TypeError, 'Missing "counter" member in "algorithm".');
  await assertRejects(encrypt({ counter: filled(15) }), DOMException,
    'OperationError: Counter must have length of 16 bytes (provided 15).');
  assertEquals((await encrypt({ length: 1 }, 32)).byteLength, 32);
  assertEquals((await encrypt({}, 0)).byteLength, 0);
});

// The GCM Mode of Operation, McGrew and Viega, test cases 4 and 6.
test('AES-GCM, vectors', async () => {
  const key = await importRaw('AES-GCM', unhex('feffe9928665731c6d6a8f9467308308'));
  const plain = 'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525' +
    'b16aedf5aa0de657ba637b39';
  const additionalData = unhex('feedfacedeadbeeffeedfacedeadbeefabaddad2');
  await roundTrip(key, { name: 'AES-GCM', iv: unhex('cafebabefacedbaddecaf888'), additionalData }, plain,
    '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091' +
      '5bc94fbc3221a5db94fae95ae7121a47');
  const iv = unhex('9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728c3c0c95156809539fcf0e2429a6b525416aedbf5a0' +
    'de6a57a637b39b');
  await roundTrip(key, { name: 'AES-GCM', iv, additionalData }, plain,
    '8ce24998625615b603a033aca13fb894be9112a5c3a211a8ba262a3cca7e2ca701e4a9a4fba43c90ccdcb281d48c7c6fd62875d2aca417034c34aee5' +
      '619cc5aefffe0bfa462af43c1699d050');
});

// Test case 1 there.
test('what is empty has no more than a tag', async () => {
  const key = await importRaw('AES-GCM', new Uint8Array(16));
  const algorithm = { name: 'AES-GCM', iv: new Uint8Array(12) };
  await roundTrip(key, algorithm, '', '58e2fccefa7e3061367f1d57a4e7455a');
  await assertRejects(subtle.decrypt(algorithm, key, filled(16)), DOMException, 'OperationError: Decryption failed.');
  await roundTrip(await importRaw('AES-CTR', filled(16)), { name: 'AES-CTR', counter: filled(16), length: 64 }, '', '');
});

test('AES-GCM, what was changed is not decrypted', async () => {
  const key = await importRaw('AES-GCM', filled(32));
  const algorithm = { name: 'AES-GCM', iv: filled(12), additionalData: filled(3) };
  const encrypted = new Uint8Array(await subtle.encrypt(algorithm, key, filled(20)));
  assertEquals(hex(await subtle.decrypt(algorithm, key, encrypted)), hex(filled(20)));
  for (const at of [0, 19, 20, 35]) {
    const changed = encrypted.slice();
    changed[at] ^= 1;
    await assertRejects(subtle.decrypt(algorithm, key, changed), DOMException,
      'OperationError: Decryption failed. This could be due to a ciphertext authentication failure');
  }
  await assertRejects(subtle.decrypt({ ...algorithm, additionalData: filled(4) }, key, encrypted), DOMException,
    'OperationError: Decryption failed.');
  await assertRejects(subtle.decrypt({ ...algorithm, iv: filled(12, 2) }, key, encrypted), DOMException, 'OperationError');
  await assertRejects(subtle.decrypt(algorithm, key, filled(15)), DOMException, 'OperationError: Ciphertext length of 120 bits ' +
    'must be greater than or equal to the size of the AES-GCM tag length of 128 bits.');
});

test('AES-GCM, lengths of tags and initialization vectors', async () => {
  const key = await importRaw('AES-GCM', filled(16));
  for (const tagLength of [32, 64, 96, 104, 112, 120, 128]) {
    const algorithm = { name: 'AES-GCM', iv: filled(12), tagLength };
    const encrypted = await subtle.encrypt(algorithm, key, filled(5));
    assertEquals(encrypted.byteLength, 5 + tagLength / 8);
    assertEquals(hex(await subtle.decrypt(algorithm, key, encrypted)), hex(filled(5)));
  }
  const encrypt = (more) => subtle.encrypt({ name: 'AES-GCM', iv: filled(12), ...more }, key, filled(1));
  await assertRejects(encrypt({ tagLength: 100 }), DOMException, 'OperationError: Invalid AES-GCM tag length 100.');
  await assertRejects(encrypt({ tagLength: 1e12 }), TypeError, 'Value out of range.');
  await assertRejects(encrypt({ iv: filled(0) }), DOMException, 'OperationError: AES-GCM IV must not be empty.');
  assertEquals((await encrypt({ iv: filled(128) })).byteLength, 17);
  await assertRejects(encrypt({ iv: filled(129) }), DOMException,
    'OperationError: AES-GCM IV must not be longer than 128 bytes in isolane (provided 129).');
  await assertRejects(encrypt({ iv: 'abc' }), TypeError,
    "Incorrect type for the 'iv' field on 'EncryptAlgorithm': the provided value is not of type 'BufferSource'.");
});

// https://www.rfc-editor.org/rfc/rfc3394#section-4.1
test('AES-KW, vector of RFC 3394', async () => {
  const wrapping = await importRaw('AES-KW', unhex('000102030405060708090a0b0c0d0e0f'), ['wrapKey', 'unwrapKey']);
  const key = await importRaw('AES-GCM', unhex('00112233445566778899aabbccddeeff'));
  const wrapped = await subtle.wrapKey('raw', key, wrapping, 'AES-KW');
  assertEquals(hex(wrapped), '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5');
  const unwrapped = await subtle.unwrapKey('raw', wrapped, wrapping, 'AES-KW', 'AES-CBC', true, BOTH);
  assertEquals(unwrapped.algorithm, { name: 'AES-CBC', length: 128 });
  assertEquals(hex(await subtle.exportKey('raw', unwrapped)), '00112233445566778899aabbccddeeff');
  const unwrap = (data) => subtle.unwrapKey('raw', data, wrapping, 'AES-KW', 'AES-CBC', true, BOTH);
  await assertRejects(unwrap(filled(24)), DOMException, 'OperationError: AES-KW key unwrapping failed.');
  await assertRejects(unwrap(filled(25)), DOMException, 'OperationError: Provided a wrapped key to unwrap that is 200 bits');
  await assertRejects(unwrap(filled(16)), DOMException, 'OperationError: Provided a wrapped key to unwrap this is 128 bits ' +
    'that is less than the minimal length of 192 bits.');
  await assertRejects(subtle.wrapKey('jwk', key, wrapping, 'AES-KW'), DOMException,
    'OperationError: Unwrapped key bit length must be a multiple of 64 bits');
});

test('keys are generated, imported and exported', async () => {
  for (const name of ['AES-CBC', 'AES-CTR', 'AES-GCM', 'AES-KW']) {
    const usages = name === 'AES-KW' ? ['wrapKey', 'unwrapKey'] : BOTH;
    for (const length of [128, 192, 256]) {
      const key = await subtle.generateKey({ name: name.toLowerCase(), length }, true, usages);
      assertEquals([key.type, key.algorithm, key.usages], ['secret', { name, length }, usages]);
      const raw = await subtle.exportKey('raw', key);
      const jwk = await subtle.exportKey('jwk', key);
      assertEquals([jwk.kty, jwk.alg, jwk.ext, jwk.key_ops], ['oct', `A${length}${name.slice(4)}`, true, usages]);
      const again = await subtle.importKey('jwk', jwk, name, true, usages);
      assertEquals(hex(await subtle.exportKey('raw', again)), hex(raw));
    }
  }
  const secret = await subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, BOTH);
  await assertRejects(subtle.exportKey('raw', secret), DOMException,
    'InvalidAccessError: Attempt to export non-extractable AES-GCM key.');
});

test('keys that are refused', async () => {
  const generate = (length, usages = BOTH) => subtle.generateKey({ name: 'AES-GCM', length }, true, usages);
  await assertRejects(generate(127), DOMException,
    'OperationError: Generated AES key length must be 128, 192, or 256 bits but requested 127.');
  await assertRejects(generate(undefined), TypeError, 'Missing field "length" in "algorithm".');
  await assertRejects(generate(128, ['sign']), DOMException,
    'SyntaxError: Attempt to generate AES-GCM key with invalid usage "sign".');
  await assertRejects(importRaw('AES-GCM', filled(15)), DOMException,
    'DataError: Imported AES key length must be 128, 192, or 256 bits but provided 120.');
  await assertRejects(importRaw('AES-KW', filled(16)), DOMException,
    'SyntaxError: Attempt to import secret AES-KW key with invalid usage "encrypt".');
  await assertRejects(subtle.exportKey('pkcs8', await generate(128)), DOMException,
    'NotSupportedError: AES-GCM key only supports exporting "raw" & "jwk", not "pkcs8".');
  const importJwk = (more) => subtle.importKey('jwk', { kty: 'oct', k: 'AQEBAQEBAQEBAQEBAQEBAQ', ...more }, 'AES-GCM', true, ['encrypt']);
  for (const [more, text] of [
    [{ kty: 'EC' }, 'Symmetric "jwk" key import requires a JSON Web Key with Key Type parameter "kty" equal to "oct" (encountered "EC").'],
    [{ k: undefined }, 'Symmetric "jwk" key import requires a base64Url encoding of the key.'],
    [{ k: 'AQEB' }, 'Imported AES key length must be 128, 192, or 256 bits but provided 24.'],
    [{ alg: 'A256GCM' }, 'Symmetric "jwk" key contains invalid "alg" value "A256GCM", expected "A128GCM".'],
    [{ use: 'sig' }, 'Symmetric "jwk" key must have a "use" of "enc", not "sig".'],
    [{ key_ops: ['decrypt'] }, '"jwk" key missing usage "encrypt", in "key_ops".'],
    [{ key_ops: ['encrypt', 'encrypt'] }, 'Symmetric "jwk" key contains duplicate value "encrypt", in "key_op".'],
  ]) await assertRejects(importJwk(more), DOMException, `DataError: ${text}`);
});

test('keys are not generated in global scope', async () => {
  internals.setCurrent(null);
  await assertRejects(subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, BOTH), Error, 'Disallowed operation');
  await assertRejects(subtle.generateKey({ name: 'HMAC', hash: 'SHA-1' }, true, ['sign']), Error, 'Disallowed operation');
});
