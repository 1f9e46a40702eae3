'use strict';

test('btoa', () => {
  assertEquals(btoa(''), '');
  assertEquals(btoa('abc'), 'YWJj');
  assertEquals(btoa('\u00ff\u00fe'), '//4=');
  assertEquals(btoa(undefined), 'dW5kZWZpbmVk');
  const error = assertThrows(() => btoa('\u1234'), DOMException, 'InvalidCharacterError');
  assertEquals(error.message, 'btoa() can only operate on characters in the Latin1 (ISO/IEC 8859-1) range.');
  assertEquals(error.code, 5);
});

test('atob', () => {
  assertEquals(atob('YWJj'), 'abc');
  assertEquals(atob(' Y W\tJ\nj\r\f'), 'abc');
  assertEquals(atob('YQ=='), 'a');
  assertEquals(atob('YQ'), 'a');
  assertEquals(atob('//4='), '\u00ff\u00fe');
  assertEquals(atob(''), '');
  assertEquals(atob(btoa('x'.repeat(100000))).length, 100000);
  for (const wrong of ['*', 'Y', 'YQ=', 'YQ===', 'Y=Q=', 'YWJj=', '\u1234', 'YQ_-', undefined]) {
    assertThrows(() => atob(wrong), DOMException, 'InvalidCharacterError: atob() called with invalid');
  }
  // Bits that do not count are ignored.
  assertEquals(atob('YR=='), 'a');
});
