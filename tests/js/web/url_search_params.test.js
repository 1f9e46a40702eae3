'use strict';

test('constructor', () => {
  assertEquals(new URLSearchParams('?a=1&b=2&a=3').getAll('a'), ['1', '3']);
  assertEquals(new URLSearchParams([['a', 'b'], ['c', 'd']]).size, 2);
  assertEquals(new URLSearchParams({ a: 1, b: [2, 3] }).toString(), 'a=1&b=2%2C3');
  assertEquals(new URLSearchParams(5).toString(), '5=');
  assertEquals(new URLSearchParams(null).toString(), 'null=');
  assertEquals(new URLSearchParams(undefined).toString(), '');
  assertEquals(new URLSearchParams(new Map([['x', 'y']])).get('x'), 'y');
  const copy = new URLSearchParams('a=1');
  const second = new URLSearchParams(copy);
  second.append('b', '2');
  assertEquals(copy.size, 1);
  assertThrows(() => new URLSearchParams([['a']]), TypeError, 'Invalid URL search params sequence.');
  assertThrows(() => new URLSearchParams([1]), TypeError);
});

test('parsing', () => {
  assertEquals([...new URLSearchParams('a+b=%2B%20&&=x&y&%zz=%e9&c=d=e')],
    [['a b', '+ '], ['', 'x'], ['y', ''], ['%zz', '\ufffd'], ['c', 'd=e']]);
  assertEquals(new URLSearchParams('a=%F0%9F%98%80').get('a'), '\u{1f600}');
  assertEquals(new URLSearchParams('\u00e9=\u{1f600}').get('\u00e9'), '\u{1f600}');
  assertEquals(new URLSearchParams('a=%EF%BB%BFtest').get('a'), '\ufefftest');
});

test('serializing', () => {
  const params = new URLSearchParams();
  params.append('a b', "*-._~!'()\u00e9\u{1f600}\ud800\0");
  assertEquals(params.toString(),
    'a+b=*-._%7E%21%27%28%29%C3%A9%F0%9F%98%80%EF%BF%BD%00');
});

test('changing', () => {
  const params = new URLSearchParams('a=1&b=2&a=3');
  params.set('a', 'x');
  assertEquals(params.toString(), 'a=x&b=2');
  params.set('c', 'y');
  assertEquals(params.has('c'), true);
  assertEquals(params.has('c', 'z'), false);
  params.append('c', 'z');
  params.delete('c', 'y');
  assertEquals(params.getAll('c'), ['z']);
  params.delete('c');
  assertEquals(params.get('c'), null);
  assertThrows(() => params.append('a'), TypeError,
    "Failed to execute 'append' on 'URLSearchParams': parameter 2 is not of type 'USVString'.");
});

test('sort is stable and by code units', () => {
  const params = new URLSearchParams('\uffff=1&\u{1f308}=2&a=3&a=4&=5');
  params.sort();
  assertEquals([...params.values()], ['5', '3', '4', '2', '1']);
});

test('iteration', () => {
  const params = new URLSearchParams('a=1&b=2');
  assertEquals([...params.keys()], ['a', 'b']);
  assertEquals(URLSearchParams.prototype[Symbol.iterator] === URLSearchParams.prototype.entries, true);
  const seen = [];
  params.forEach(function (value, name, all) { seen.push([value, name, all === params, this.x]); }, { x: 1 });
  assertEquals(seen, [['1', 'a', true, 1], ['2', 'b', true, 1]]);
  const iterator = params.entries();
  assertEquals(Object.prototype.toString.call(iterator), '[object URLSearchParams Iterator]');
  iterator.next();
  params.append('c', '3');
  assertEquals([...iterator].length, 2);
  assertThrows(() => params.forEach(1), TypeError, "parameter 1 is not of type 'function'");
  assertThrows(() => URLSearchParams.prototype.entries.call({}), TypeError);
});
