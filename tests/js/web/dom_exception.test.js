'use strict';

test('name, message, code', () => {
  const error = new DOMException('m', 'NotFoundError');
  assertEquals([error.name, error.message, error.code, `${error}`], ['NotFoundError', 'm', 8, 'NotFoundError: m']);
  assert(error.stack.startsWith('NotFoundError: m\n    at '), error.stack);
  assertEquals([error instanceof Error, error instanceof DOMException], [true, true]);
  assertEquals(Object.prototype.toString.call(error), '[object DOMException]');
  assertEquals([new DOMException().name, new DOMException().message, new DOMException().code], ['Error', '', 0]);
  assertEquals([new DOMException('', 'NoDataAllowedError').code, new DOMException('', 'Mine').code], [0, 0]);
  assertEquals(Object.keys(error), []);
});

test('constants', () => {
  assertEquals([DOMException.INDEX_SIZE_ERR, DOMException.DATA_CLONE_ERR, DOMException.ABORT_ERR,
    DOMException.DOMSTRING_SIZE_ERR, DOMException.URL_MISMATCH_ERR, DOMException.INVALID_NODE_TYPE_ERR,
    DOMException.NO_MODIFICATION_ALLOWED_ERR, DOMException.INUSE_ATTRIBUTE_ERR], [1, 25, 20, 2, 21, 24, 7, 10]);
  assertEquals(new DOMException().TIMEOUT_ERR, 23);
});

test('options', () => {
  const error = new DOMException('m', { name: 'AbortError', cause: 5 });
  assertEquals([error.name, error.cause], ['AbortError', 5]);
});
