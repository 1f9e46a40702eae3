// A Worker that has patched whatever it can reach sees no bytes of keys, and no key of C++: neither while
// they are used nor while they are made. All is patched before the modules of crypto.subtle are loaded.
'use strict';

const { apply, construct, getOwnPropertyDescriptor, ownKeys } = Reflect;
const { defineProperty, getPrototypeOf } = Object;
const isBuffer = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value);

// What was called or read on the patched objects, while somebody watches.
let seen = [];
let count = 0;
let isWatching = false;

function note(self, args) {
  if (isWatching) seen[count++] = { self, args };
}

function patched(original) {
  return function (...args) {
    note(this, args);
    return new.target === undefined ? apply(original, this, args) : construct(original, args, new.target);
  };
}

function patchMembers(object) {
  for (const name of ownKeys(object)) {
    const descriptor = getOwnPropertyDescriptor(object, name);
    if (!descriptor.configurable) continue;
    const { get, value } = descriptor;
    if (name === 'constructor') {
      // Whether somebody looks for the species.
      defineProperty(object, name, { get() { note(this, []); return value; }, configurable: true });
    } else if (get !== undefined) {
      defineProperty(object, name, { ...descriptor, get: patched(get) });
    } else if (typeof value === 'function') {
      defineProperty(object, name, { ...descriptor, value: patched(value) });
    }
  }
}

function patchClass(name) {
  const Class = globalThis[name];
  const Patched = patched(Class);
  Patched.prototype = Class.prototype;
  Object.setPrototypeOf(Patched, Class);
  defineProperty(Patched, Symbol.hasInstance, {
    value(instance) { note(this, [instance]); return apply(Function.prototype[Symbol.hasInstance], Class, [instance]); },
  });
  globalThis[name] = Patched;
}

// Members that a key of one kind has and one of another has not, operations, and what answers are asked for.
const LURES = [
  'privateKey', 'publicKey', 'secret', 'key', 'hash', 'curve', 'family', 'bits', 'modulusBytes', 'name', 'usages', 'then',
  'encrypt', 'decrypt', 'sign', 'verify', 'deriveBits', 'generateKey', 'importKey', 'exportKey', 'wrapKey', 'unwrapKey',
  'AES-KW', 'AES-GCM', 'kty', 'k', 'd', 'p', 'q', 'oth', 'ext', 'alg', 'use', 'key_ops', '0', '1', '2',
];

function patchEverything() {
  for (const name of LURES) {
    defineProperty(Object.prototype, name, {
      get() { note(this, []); return undefined; },
      set(value) {
        note(this, [value]);
        defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
      },
      configurable: true,
    });
  }
  for (const object of [getPrototypeOf(Uint8Array.prototype), Uint8Array.prototype, ArrayBuffer.prototype,
    Array.prototype, getPrototypeOf([][Symbol.iterator]()), String.prototype, RegExp.prototype, Function.prototype,
    getPrototypeOf(Uint8Array), Object, Array, String, JSON, Reflect, Math]) {
    patchMembers(object);
  }
  for (const name of ['Uint8Array', 'ArrayBuffer', 'Array', 'Object', 'SharedArrayBuffer', 'TextDecoder', 'TextEncoder', 'atob', 'btoa']) {
    patchClass(name);
  }
}
patchEverything();

async function watch(body) {
  seen = [];
  count = 0;
  isWatching = true;
  let result;
  try {
    result = body();
  } finally {
    isWatching = false;
  }
  return result;
}

// Everything that could be reached from what was seen.
function reachable() {
  const values = new Set();
  const visit = (value, depth) => {
    if (typeof value === 'string' || isBuffer(value)) values.add(value);
    if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value) || depth > 4 || values.has(value)) return;
    values.add(value);
    for (const name of ownKeys(value)) visit(getOwnPropertyDescriptor(value, name).value, depth + 1);
  };
  for (let i = 0; i < count; i++) {
    visit(seen[i].self, 0);
    visit(seen[i].args, 0);
  }
  return values;
}

// `own`: what the Worker had before.
function assertUnseen(secret, own = []) {
  assert(count > 0, 'nothing is patched');
  const text = hex(secret);
  const base64 = btoa(String.fromCharCode(...new Uint8Array(secret))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
  for (const value of reachable()) {
    if (own.includes(value)) continue;
    if (value instanceof ArrayBuffer) {
      assertEquals(internals.native.keyKind(value), undefined, 'a key of C++ was seen');
    }
    if (isBuffer(value)) assert(!hex(value.buffer ?? value).includes(text), 'the bytes of a key were seen');
    if (typeof value === 'string') {
      assert(!value.includes(base64) && hex(utf8(value)) !== text, 'the text of a key was seen');
    }
  }
}

const GCM = { name: 'AES-GCM', iv: filled(12) };
const AES_USAGES = ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'];
const data = filled(32, 7);

test('secrets that are made, imported and used', async () => {
  const { subtle } = crypto;
  for (const [algorithm, usages, use] of [
    ...['AES-GCM', 'AES-CBC'].map((name) => [{ name, length: 256 }, AES_USAGES,
      (key) => subtle.encrypt({ name, iv: filled(name === 'AES-CBC' ? 16 : 12) }, key, data)]),
    [{ name: 'AES-CTR', length: 128 }, AES_USAGES,
      (key) => subtle.decrypt({ name: 'AES-CTR', counter: filled(16), length: 64 }, key, data)],
    [{ name: 'AES-KW', length: 192 }, ['wrapKey', 'unwrapKey'], undefined],
    [{ name: 'HMAC', hash: 'SHA-256' }, ['sign', 'verify'], (key) => subtle.sign('HMAC', key, data)],
  ]) {
    const key = await watch(() => subtle.generateKey(algorithm, true, usages));
    const secret = await subtle.exportKey('raw', key);
    assertUnseen(secret);
    const imported = new Uint8Array(secret);
    await watch(() => subtle.importKey('raw', imported, algorithm, false, usages));
    assertUnseen(secret, [imported, imported.buffer]);
    if (use !== undefined) {
      await watch(() => use(key));
      assertUnseen(secret);
    }
  }
});

test('a key that may only verify', async () => {
  const { subtle } = crypto;
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const secret = filled(32, 9);
  const signature = await subtle.sign('HMAC', await subtle.importKey('raw', secret, algorithm, false, ['sign']), data);
  const key = await subtle.importKey('raw', secret, algorithm, false, ['verify']);
  const other = filled(32);
  assertEquals(await watch(() => subtle.verify('HMAC', key, other, data)), false);
  assertUnseen(signature);
});

test('pairs', async () => {
  const { subtle } = crypto;
  for (const [algorithm, usages, use] of [
    [{ name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }, ['sign', 'verify']],
    [{ name: 'Ed25519' }, ['sign', 'verify']],
    [{ name: 'RSA-PSS', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256', saltLength: 32 },
      ['sign', 'verify']],
    [{ name: 'RSASSA-PKCS1-v1_5', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
      ['sign', 'verify']],
  ]) {
    const { privateKey, publicKey } = await watch(() => subtle.generateKey(algorithm, true, usages));
    const jwk = await subtle.exportKey('jwk', privateKey);
    const secrets = ['d', 'p', 'q'].filter((name) => Object.hasOwn(jwk, name)).map((name) => base64url(jwk[name]));
    for (const secret of secrets) assertUnseen(secret);
    const signature = await watch(() => subtle.sign(algorithm, privateKey, data));
    for (const secret of secrets) assertUnseen(secret);
    assertEquals(await watch(() => subtle.verify(algorithm, publicKey, signature, data)), true);
    assertUnseen(secrets[0]);
    const pkcs8 = await subtle.exportKey('pkcs8', privateKey);
    await watch(() => subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']));
    for (const secret of secrets) assertUnseen(secret, [pkcs8, new Uint8Array(pkcs8)]);
    await assertRejects(() => watch(() => subtle.wrapKey('raw', privateKey, publicKey, algorithm)), DOMException);
    assertUnseen(secrets[0]);
  }
});

test('what two sides agree on', async () => {
  const { subtle } = crypto;
  const rsa = await subtle.generateKey({ name: 'RSA-OAEP', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256' }, false, ['encrypt', 'decrypt']);
  for (const algorithm of [{ name: 'ECDH', namedCurve: 'P-256' }, { name: 'X25519' }]) {
    const own = await subtle.generateKey(algorithm, false, ['deriveKey', 'deriveBits']);
    const peer = await subtle.generateKey(algorithm, false, ['deriveKey', 'deriveBits']);
    const derivation = { name: algorithm.name, public: peer.publicKey };
    const bits = await subtle.deriveBits(derivation, own.privateKey, 256);
    await watch(() => subtle.deriveKey(derivation, own.privateKey, { name: 'AES-GCM', length: 256 }, false, ['encrypt']));
    assertUnseen(bits);
    await watch(() => subtle.deriveKey(derivation, own.privateKey, { name: 'HMAC', hash: 'SHA-256', length: 128 }, false, ['sign']));
    assertUnseen(bits.slice(0, 16));
    await assertRejects(() => watch(() => subtle.deriveBits({ name: algorithm.name, public: rsa.publicKey }, own.privateKey, 256)),
      DOMException);
    assertUnseen(bits);
  }
});

test('what is derived from a secret', async () => {
  const { subtle } = crypto;
  for (const algorithm of [
    { name: 'HKDF', hash: 'SHA-256', salt: filled(8), info: filled(8) },
    { name: 'PBKDF2', hash: 'SHA-256', salt: filled(8), iterations: 2 },
  ]) {
    const key = await subtle.importKey('raw', filled(20, 5), algorithm.name, false, ['deriveKey', 'deriveBits']);
    const bits = await subtle.deriveBits(algorithm, key, 256);
    await watch(() => subtle.deriveKey(algorithm, key, { name: 'AES-CBC', length: 256 }, false, ['encrypt']));
    assertUnseen(bits);
    assertUnseen(filled(20, 5));
  }
});

test('what is unwrapped', async () => {
  const { subtle } = crypto;
  const wrapping = await subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['wrapKey', 'unwrapKey']);
  const byKw = await subtle.generateKey({ name: 'AES-KW', length: 128 }, true, ['wrapKey', 'unwrapKey']);
  for (const [algorithm, usages] of [
    [{ name: 'AES-GCM', length: 256 }, ['encrypt']], [{ name: 'HMAC', hash: 'SHA-256', length: 256 }, ['sign']],
  ]) {
    const key = await subtle.generateKey(algorithm, true, usages);
    const secret = await subtle.exportKey('raw', key);
    for (const [format, by, how] of [['raw', wrapping, GCM], ['jwk', wrapping, GCM], ['raw', byKw, 'AES-KW']]) {
      const wrappingSecret = await subtle.exportKey('raw', by);
      const wrapped = await watch(() => subtle.wrapKey(format, key, by, how));
      assertUnseen(wrappingSecret);
      await watch(() => subtle.unwrapKey(format, wrapped, by, how, algorithm, false, usages));
      assertUnseen(secret);
      assertUnseen(wrappingSecret);
    }
  }
  const pair = { name: 'Ed25519' };
  for (const [algorithm, usages] of [
    [pair, ['sign', 'verify']], [{ name: 'ECDSA', namedCurve: 'P-256' }, ['sign', 'verify']],
    [{ name: 'RSA-PSS', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }, ['sign', 'verify']],
  ]) {
    const { privateKey } = await subtle.generateKey(algorithm, true, usages);
    const secret = base64url((await subtle.exportKey('jwk', privateKey)).d);
    for (const format of ['jwk', 'pkcs8']) {
      const wrapped = await subtle.wrapKey(format, privateKey, wrapping, GCM);
      await watch(() => subtle.unwrapKey(format, wrapped, wrapping, GCM, algorithm, false, ['sign']));
      assertUnseen(secret);
    }
  }
});

test('whoever sees what is exported cannot change the key', async () => {
  const { subtle } = crypto;
  for (const [algorithm, usages, use] of [
    ['AES-GCM', ['encrypt'], (key) => subtle.encrypt(GCM, key, data)],
    [{ name: 'HMAC', hash: 'SHA-256' }, ['sign'], (key) => subtle.sign('HMAC', key, data)],
  ]) {
    const key = await subtle.importKey('raw', filled(16), algorithm, true, usages);
    const before = hex(await use(key));
    for (const format of ['raw', 'jwk']) {
      await watch(() => subtle.exportKey(format, key));
      for (const value of reachable()) {
        if (isBuffer(value)) new Uint8Array(value.buffer ?? value).fill(0);
      }
      assertEquals(hex(await use(key)), before);
    }
  }
});
