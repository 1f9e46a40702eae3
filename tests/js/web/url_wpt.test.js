// The URL tests of the Web Platform Tests; the C++ side skips this file when the data is not there.
'use strict';

const NAMES = ['href', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname',
  'search', 'hash'];

test('urltestdata.json', () => {
  let count = 0;
  const failures = [];
  for (const entry of JSON.parse(urlTestData)) {
    if (typeof entry === 'string') continue;
    count++;
    const base = entry.base === null ? undefined : entry.base;
    const url = URL.parse(entry.input, base);
    assertEquals(URL.canParse(entry.input, base), url !== null, entry.input);
    if (entry.failure) {
      if (url !== null) failures.push(`${entry.input} should fail`);
      continue;
    }
    if (url === null) {
      failures.push(`${entry.input} failed`);
      continue;
    }
    for (const name of [...NAMES, ...('origin' in entry ? ['origin'] : [])]) {
      if (url[name] !== entry[name]) {
        failures.push(`${entry.input} ${name}: ${url[name]}, expected ${entry[name]}`);
      }
    }
    if ('searchParams' in entry && url.searchParams.toString() !== entry.searchParams) {
      failures.push(`${entry.input} searchParams`);
    }
  }
  assert(count > 500, `only ${count} cases`);
  assertEquals(failures, []);
});

test('setters_tests.json', () => {
  let count = 0;
  const failures = [];
  for (const [name, cases] of Object.entries(JSON.parse(setterTestData))) {
    if (name === 'comment') continue;
    for (const { href, new_value: value, expected } of cases) {
      count++;
      const url = new URL(href);
      url[name] = value;
      for (const [key, wanted] of Object.entries(expected)) {
        if (url[key] !== wanted) {
          failures.push(`${href} ${name}=${value}: ${key} ${url[key]}, expected ${wanted}`);
        }
      }
    }
  }
  assert(count > 200, `only ${count} cases`);
  assertEquals(failures, []);
});

test('toascii.json', () => {
  const failures = [];
  for (const entry of JSON.parse(toAsciiData)) {
    if (typeof entry === 'string') continue;
    const url = URL.parse(`https://${entry.input}/x`);
    const host = url === null ? null : url.host;
    if (host !== entry.output) failures.push(`${entry.input}: ${host}, expected ${entry.output}`);
  }
  assertEquals(failures, []);
});
