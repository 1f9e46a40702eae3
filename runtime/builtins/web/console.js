// console, https://console.spec.whatwg.org/
//
// Text is made here; native.consoleWrite(level, text) brings it to the log of the invocation.
'use strict';

const { state } = require('internal/context');
const { TAILED } = require('internal/flags');
const { format, inspect } = require('internal/inspect');

let indentation = '';
// Made on first use: few Workers count or measure.
let counters = null;
let timers = null;

// `args`: what tail Workers are told of the line.
function write(level, text, args = undefined) {
  if (state.flags & TAILED) {
    const { current } = state;
    if (current !== null) require('internal/notes').noteLog(current, level, args ?? [text]);
  }
  if (indentation !== '') text = indentation + text.replaceAll('\n', `\n${indentation}`);
  native.consoleWrite(level, text);
}

function labelOf(label) {
  return label === undefined ? 'default' : `${label}`;
}

function elapsed(label, method) {
  const start = timers?.get(label);
  if (start === undefined) {
    write('warn', `No such label '${label}' for console.${method}()`);
    return undefined;
  }
  const milliseconds = native.performanceNow() - start;
  return milliseconds >= 1000
    ? `${(milliseconds / 1000).toFixed(3)}s` : `${Number(milliseconds.toFixed(3))}ms`;
}

// Rows of cells; the first row is the header.
function drawTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)) + 2);
  const line = (left, middle, right) =>
    left + widths.map((width) => '\u2500'.repeat(width)).join(middle) + right;
  const lines = rows.map((row) => {
    const cells = row.map((cell, column) => ` ${cell}`.padEnd(widths[column]));
    return `\u2502${cells.join('\u2502')}\u2502`;
  });
  return [
    line('\u250c', '\u252c', '\u2510'), lines[0], line('\u251c', '\u253c', '\u2524'),
    ...lines.slice(1), line('\u2514', '\u2534', '\u2518'),
  ].join('\n');
}

function table(data, properties) {
  if (data === null || typeof data !== 'object') return console.log(data);
  const isMap = data instanceof Map;
  const entries = isMap ? [...data] : data instanceof Set
    ? [...data].map((value, index) => [index, value]) : Object.entries(data);
  const columns = [];
  let hasValues = false;
  for (const [, row] of entries) {
    if (row === null || typeof row !== 'object') {
      hasValues = true;
    } else if (properties === undefined) {
      for (const key of Object.keys(row)) if (!columns.includes(key)) columns.push(key);
    }
  }
  if (properties !== undefined) columns.push(...properties);
  const isList = isMap || data instanceof Set;
  const rows = [[isList ? '(iteration index)' : '(index)', ...columns, ...(hasValues ? ['Values'] : [])]];
  for (const [index, row] of entries) {
    const isObject = row !== null && typeof row === 'object';
    const cells = [typeof index === 'string' ? index : inspect(index, { depth: 0 })];
    for (const column of columns) {
      cells.push(isObject && Object.hasOwn(row, column) ? inspect(row[column], { depth: 0 }) : '');
    }
    if (hasValues) cells.push(isObject ? '' : inspect(row, { depth: 0 }));
    rows.push(cells);
  }
  write('log', drawTable(rows));
}

const console = {
  log(...args) { write('log', format(args), args); },
  info(...args) { write('info', format(args), args); },
  debug(...args) { write('debug', format(args), args); },
  warn(...args) { write('warn', format(args), args); },
  error(...args) { write('error', format(args), args); },
  trace(...args) {
    const holder = { name: 'Trace', message: args.length > 0 ? format(args) : '' };
    Error.captureStackTrace(holder, console.trace);
    const frames = holder.stack.indexOf('\n    at');
    write('trace', `Trace${holder.message && `: ${holder.message}`}` +
      (frames < 0 ? '' : holder.stack.slice(frames)));
  },
  assert(condition = false, ...args) {
    if (condition) return;
    if (typeof args[0] === 'string') args[0] = `Assertion failed: ${args[0]}`;
    else args.unshift(args.length === 0 ? 'Assertion failed' : 'Assertion failed:');
    write('error', format(args));
  },
  count(label = undefined) {
    const name = labelOf(label);
    counters ??= new Map();
    const count = (counters.get(name) ?? 0) + 1;
    counters.set(name, count);
    write('log', `${name}: ${count}`);
  },
  countReset(label = undefined) {
    const name = labelOf(label);
    if (!counters?.delete(name)) write('warn', `Count for '${name}' does not exist`);
  },
  dir(value, options = undefined) { write('log', inspect(value, { depth: options?.depth })); },
  dirxml(...args) { write('log', format(args)); },
  table(data, properties = undefined) { table(data, properties); },
  group(...args) {
    if (args.length > 0) write('log', format(args));
    indentation += '  ';
  },
  groupCollapsed(...args) { console.group(...args); },
  groupEnd() { indentation = indentation.slice(2); },
  time(label = undefined) {
    const name = labelOf(label);
    timers ??= new Map();
    if (timers.has(name)) write('warn', `Label '${name}' already exists for console.time()`);
    else timers.set(name, native.performanceNow());
  },
  timeLog(label = undefined, ...args) {
    const name = labelOf(label);
    const text = elapsed(name, 'timeLog');
    if (text !== undefined) write('log', format([`${name}: ${text}`, ...args]));
  },
  timeEnd(label = undefined) {
    const name = labelOf(label);
    const text = elapsed(name, 'timeEnd');
    if (text === undefined) return;
    timers.delete(name);
    write('log', `${name}: ${text}`);
  },
  timeStamp() {},
  profile() {},
  profileEnd() {},
  clear() {},
};
// The namespace object's prototype is an empty object, https://console.spec.whatwg.org/#console-namespace
Object.setPrototypeOf(console, {});
Object.defineProperty(console, Symbol.toStringTag, { value: 'console', configurable: true });

module.exports = { console };
