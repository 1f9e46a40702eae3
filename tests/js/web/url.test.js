'use strict';

const { fetchUrl } = internals.require('internal/fetch_url');
const parseHref = (input) => internals.native.urlParse(input, undefined);

test('new URL: components', () => {
  const url = new URL('https://user:pa%20ss@Example.COM:8443/a/./b/../c%20d/index.html?x=1&y=%20z#frag');
  assertEquals(url.href, 'https://user:pa%20ss@example.com:8443/a/c%20d/index.html?x=1&y=%20z#frag');
  assertEquals(url.protocol, 'https:');
  assertEquals(url.username, 'user');
  assertEquals(url.password, 'pa%20ss');
  assertEquals(url.host, 'example.com:8443');
  assertEquals(url.hostname, 'example.com');
  assertEquals(url.port, '8443');
  assertEquals(url.pathname, '/a/c%20d/index.html');
  assertEquals(url.search, '?x=1&y=%20z');
  assertEquals(url.hash, '#frag');
  assertEquals(url.origin, 'https://example.com:8443');
  assertEquals(JSON.stringify({ url }), `{"url":"${url.href}"}`);
  assertEquals(`${url}`, url.href);
});

test('new URL: what is absent is empty', () => {
  const url = new URL('http://a/?#');
  assertEquals([url.username, url.password, url.port, url.search, url.hash], ['', '', '', '', '']);
  assertEquals(url.href, 'http://a/?#');
  assertEquals(new URL('data:text/plain,hi').host, '');
  assertEquals(new URL('data:text/plain,hi').origin, 'null');
  assertEquals(new URL('blob:https://a.example:1/x').origin, 'https://a.example:1');
  assertEquals(new URL('blob:ftp://a/x').origin, 'null');
});

test('new URL: base', () => {
  assertEquals(new URL('../x?y', 'http://a/b/c/d').href, 'http://a/b/x?y');
  assertEquals(new URL('//b/', new URL('https://a')).href, 'https://b/');
  assertThrows(() => new URL('/a', 'b'), TypeError, 'Invalid URL string.');
});

test('new URL: errors', () => {
  const error = assertThrows(() => new URL('x'), TypeError);
  assertEquals(error.message, 'Invalid URL string.');
  assertThrows(() => new URL(), TypeError, "constructor parameter 1 is not of type 'USVString'");
  assertThrows(() => URL('http://a/'), TypeError);
  assertThrows(() => new URL(Symbol('s')), TypeError);
  assertThrows(() => Object.getOwnPropertyDescriptor(URL.prototype, 'href').get.call({}), TypeError);
});

test('parse and canParse', () => {
  assertEquals(URL.canParse('http://a'), true);
  assertEquals(URL.canParse('a'), false);
  assertEquals(URL.canParse('a', 'http://b'), true);
  assertEquals(URL.parse('a'), null);
  assertEquals(URL.parse('a', 'http://b/').href, 'http://b/a');
  assertEquals(URL.createObjectURL, undefined);
});

test('setters', () => {
  const url = new URL('http://a.example/b?c#d');
  url.protocol = 'https';
  url.host = 'b.example:81';
  url.pathname = 'x y';
  url.search = 'q=1';
  url.hash = '';
  url.username = 'u';
  url.password = 'p:';
  assertEquals(url.href, 'https://u:p%3A@b.example:81/x%20y?q=1');
  url.port = '';
  url.hostname = 'c';
  assertEquals(url.host, 'c');
  url.port = 'junk';
  assertEquals(url.port, '');
  assertThrows(() => { url.href = 'x'; }, TypeError,
    "Failed to set the 'href' property on 'URL': the provided value is not of type 'valid URL string'.");
  assertEquals(url.href, 'https://u:p%3A@c/x%20y?q=1');
});

test('searchParams and the URL change each other', () => {
  const url = new URL('http://a/?x=1&y=2');
  const params = url.searchParams;
  assertEquals(url.searchParams === params, true);
  params.append('z', 'a b&c');
  assertEquals(url.href, 'http://a/?x=1&y=2&z=a+b%26c');
  url.search = '?n=1';
  assertEquals([...params], [['n', '1']]);
  url.href = 'http://b/?m=%C3%A9';
  assertEquals(params.get('m'), '\u00e9');
  params.delete('m');
  assertEquals(url.href, 'http://b/');
});

test('lone surrogates become U+FFFD', () => {
  assertEquals(new URL('http://a/\ud800').href, 'http://a/%EF%BF%BD');
});

test('long URLs', () => {
  const path = '/x'.repeat(5000);
  assertEquals(new URL(`http://a${path}?${'\u00e9'.repeat(2000)}`).pathname, path);
});

test('fetchUrl drops credentials and fragment', () => {
  assertEquals(fetchUrl('http://u:p@a.example/b?c#d'), 'http://a.example/b?c');
  assertEquals(fetchUrl.protocolEnd, 5);
  assertEquals(fetchUrl('HTTPS://A.example:443/./b'), 'https://a.example/b');
  assertEquals(fetchUrl.protocolEnd, 6);
  assertEquals(fetchUrl('ftp://a/b#c'), 'ftp://a/b');
  assertEquals(fetchUrl('/relative'), undefined);
  assertEquals(fetchUrl(''), undefined);
  assertEquals(fetchUrl('http://b.example/'), 'http://b.example/');
  assertEquals(fetchUrl('http://b.example/'), 'http://b.example/');
});

test('the quick scan agrees with the parser', () => {
  // Through a base the parser always runs in full.
  const inputs = [
    'http://a/', 'http://a', 'http://a/?', 'http://a.b-c_d.e/f', 'https://a:80/', 'http://a:80/',
    'https://a:443/x', 'http://a:0/', 'http://a:065/', 'http://a:65536/', 'http://a:99999/',
    'http://a:/', 'http://1/', 'http://1.2.3/', 'http://a.1/', 'http://a.0x1/', 'http://a.1x/',
    'http://xn--a/', 'http://a.xn--zca/', 'http://a./', 'http://a../', 'http://.a/', 'http://A/',
    'http://a/..', 'http://a/.', 'http://a/../b', 'http://a/.well-known/x', 'http://a/%2e/b',
    'http://a/%2E%2e', 'http://a/b.', 'http://a/b..c', 'http://a/a%zz', "http://a/it's?it's",
    'http://a/^|`{}', 'http://a/?a?b/c', 'http://a/b?"<>', 'http://a/b c', 'http://a/\\b',
    'http://a/b#c', 'http://a/b?c#', 'http:///a', 'http:/a', 'http:a', 'https://a@b/', 'http://a:1',
    'http://a?b', 'http://-a/', 'http://a-/', 'http://_/', 'http://a/b;c=d,e', 'http://localhost:8080/x',
    'httpx://a/b', 'http\n://a/', ' http://a/', 'http://a/ ', 'http://a/\t', 'http://[::1]/', 'http://',
  ];
  for (const input of inputs) {
    const full = internals.native.urlParse(input, 'about:blank');
    const offsets = full && [...internals.native.scratch.slice(0, 4), ...internals.native.scratch.slice(4, 7)];
    assertEquals(parseHref(input), full, input);
    if (full !== undefined) {
      assertEquals([...internals.native.scratch.slice(0, 7)], offsets, input);
    }
  }
});

test('shape', () => {
  assertEquals(Object.prototype.toString.call(new URL('http://a')), '[object URL]');
  assertEquals(Object.keys(URL.prototype).includes('searchParams'), true);
  assertEquals(Object.getOwnPropertyDescriptor(globalThis, 'URL').enumerable, false);
  assertEquals(URL.length, 1);
  class Sub extends URL {}
  assertEquals(new Sub('http://a/b').pathname, '/b');
});
