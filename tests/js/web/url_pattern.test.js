'use strict';

test('a pattern finds the parts of a URL', () => {
  const pattern = new URLPattern({ pathname: '/books/:id(\\d+)' });
  assertEquals([pattern.test('https://a.example/books/5'), pattern.test('https://a.example/books/x')], [true, false]);
  assertEquals(pattern.exec('https://a.example/books/5').pathname, { input: '/books/5', groups: { id: '5' } });
  assertEquals(pattern.exec('https://a.example/'), null);
  assertEquals([pattern.pathname, pattern.hostname, pattern.hasRegExpGroups], ['/books/:id(\\d+)', '*', true]);
});

test('a pattern may be a text, with a base and options', () => {
  assert(new URLPattern('https://*.example/:page').test('https://a.example/b'), 'text');
  assertEquals(new URLPattern('/a', 'https://h.example').hostname, 'h.example');
  assert(new URLPattern({ pathname: '/A' }, { ignoreCase: true }).test({ pathname: '/a' }), 'ignoreCase');
});

test('a wrong pattern is a TypeError, with the cause', () => {
  for (const wrong of ['/a', '(']) {
    assertThrows(() => new URLPattern(wrong, wrong === '(' ? 'https://h.example' : undefined), TypeError,
      'Failed to construct URLPattern');
  }
  assertEquals(Object.prototype.toString.call(new URLPattern()), '[object URLPattern]');
});
