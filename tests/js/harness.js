// The harness of tests/js: plain scripts, run in an isolate made from the built-in half.
//
//   test('a name', async () => { assertEquals(1 + 1, 2); });
//
// runTests() is called by the C++ side; it gives JSON: [[name, null | failure text], ...].
'use strict';

// Rejected promises that nobody has handled until now; counted by the C++ side.
var unhandledRejections = 0;

const registeredTests = [];

function test(name, body) {
  registeredTests.push({ name, body });
}

class AssertionError extends Error {}

function show(value) {
  if (typeof value === 'string') return JSON.stringify(value);
  return internals.require('internal/inspect').inspect(value, { depth: 4 });
}

function assert(condition, message = 'the condition does not hold') {
  if (!condition) throw new AssertionError(message);
}

// Deep for arrays, plain objects and typed arrays; Object.is for the rest.
function isEqual(a, b) {
  if (Object.is(a, b)) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => isEqual(a[key], b[key]));
}

function assertEquals(actual, expected, message = '') {
  if (isEqual(actual, expected)) return;
  throw new AssertionError(
    `${message}${message && ': '}expected ${show(expected)}, got ${show(actual)}`);
}

function checkError(error, Class, text) {
  assert(error instanceof Class, `expected a ${Class.name}, got ${show(error)}`);
  if (Class === DOMException && text !== '') {
    const [name, message] = text.includes(': ') ? text.split(/: (.*)/s) : [text, ''];
    assertEquals(error.name, name);
    text = message;
  }
  assert(`${error.message}`.includes(text), `expected "${text}" in ${show(error.message)}`);
  return error;
}

// `text` is a part of the message; for DOMException "Name: part".
function assertThrows(body, Class, text = '') {
  let error;
  try {
    body();
  } catch (thrown) {
    error = thrown;
  }
  assert(error !== undefined, `nothing was thrown, expected a ${Class.name}`);
  return checkError(error, Class, text);
}

async function assertRejects(promise, Class, text = '') {
  let error;
  try {
    await (typeof promise === 'function' ? promise() : promise);
  } catch (thrown) {
    error = thrown;
  }
  assert(error !== undefined, `the promise was not rejected, expected a ${Class.name}`);
  return checkError(error, Class, text);
}

// Bytes and how they are written.
function hex(buffer) {
  return [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function unhex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function base64url(text) {
  return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
}

function utf8(text) {
  return new TextEncoder().encode(text);
}

function filled(length, byte = 1) {
  return new Uint8Array(length).fill(byte);
}

let testResult = '';

async function runTests() {
  const results = [];
  for (const { name, body } of registeredTests) {
    let failure = null;
    // Inside of a request, unless a test says otherwise.
    internals.setCurrent(internals.io);
    // Without timers nothing else could wake it: a test that waits for ever says so.
    testResult = JSON.stringify([...results, [name, 'never finished']]);
    try {
      await body();
    } catch (error) {
      failure = `${error?.stack ?? error}`;
    }
    results.push([name, failure]);
  }
  testResult = JSON.stringify(results);
}
