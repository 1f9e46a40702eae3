// Heads as they cross between C++ and here (runtime/base/packed_head.h): "\nname\0value" for each
// header after the first line.
'use strict';

/** The value of the first header `name`, or null. */
function headerOf(head, name) {
  const key = `\n${name}\0`;
  const at = head.indexOf(key);
  if (at < 0) return null;
  const end = head.indexOf('\n', at + key.length);
  return end < 0 ? head.slice(at + key.length) : head.slice(at + key.length, end);
}

/** Without those headers for whose names `drop` returns true. */
function withoutHeaders(head, drop) {
  const lines = head.split('\n');
  return lines.filter((line, i) => i === 0 || !drop(line.slice(0, line.indexOf('\0')))).join('\n');
}

module.exports = { headerOf, withoutHeaders };
