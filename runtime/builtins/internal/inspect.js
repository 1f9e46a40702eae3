// What console.log prints for a value: the look of Node's util.inspect, without its options.
//
// No ICU and no regular expression with the v flag here: both cost memory in every isolate.
'use strict';

const { INSPECT } = require('internal/webidl');

const BREAK_LENGTH = 80;
// So many levels of nesting may share one line.
const COMPACT_LEVELS = 3;
const MAX_ITEMS = 100;
const MAX_STRING = 10000;
const MAX_BYTES = 50;
// Deeper structures are cut, so that a hostile depth cannot overflow the stack.
const MAX_DEPTH = 64;

// Results of native.kindOf; the order is that of the enum in runtime/web/inspect.cc.
const PROXY = 1;
const PROMISE = 2;
const MAP = 3;
const SET = 4;
const DATE = 5;
const REGEXP = 6;
const ERROR = 7;
const ARRAY_BUFFER = 8;
const TYPED_ARRAY = 9;
const DATA_VIEW = 10;
const WEAK = 11;
const ITERATOR = 12;
const BOXED = 13;
const ARGUMENTS = 14;
const NAMESPACE = 15;
const GENERATOR = 16;

const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const hasOwn = (object, key) => Object.prototype.hasOwnProperty.call(object, key);

class Context {
  constructor(depth) {
    this.depth = depth;
    this.breakLength = BREAK_LENGTH;
    this.indentation = 0;
    this.currentDepth = 0;
    // The objects being formatted, outermost first, and the ones that refer to themselves.
    this.seen = [];
    this.circular = null;
  }
}

function quote(text) {
  if (text.length > MAX_STRING) {
    const more = text.length - MAX_STRING;
    return `${quote(text.slice(0, MAX_STRING))}... ${more} more character${more > 1 ? 's' : ''}`;
  }
  let mark = "'";
  if (text.includes("'")) {
    if (!text.includes('"')) mark = '"';
    else if (!text.includes('`') && !text.includes('${')) mark = '`';
  }
  let out = mark;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x0a) out += '\\n';
    else if (code === 0x0d) out += '\\r';
    else if (code === 0x09) out += '\\t';
    else if (code === 0x08) out += '\\b';
    else if (code === 0x0c) out += '\\f';
    else if (code === 0x0b) out += '\\v';
    else if (code === 0x5c) out += '\\\\';
    else if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) {
      out += `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`;
    } else if (text[i] === mark) out += `\\${mark}`;
    else out += text[i];
  }
  return out + mark;
}

function formatNumber(value) {
  return Object.is(value, -0) ? '-0' : `${value}`;
}

function formatPrimitive(value) {
  switch (typeof value) {
    case 'string': return quote(value);
    case 'number': return formatNumber(value);
    case 'bigint': return `${value}n`;
    case 'symbol': return Symbol.prototype.toString.call(value);
    default: return `${value}`;
  }
}

function formatKey(key) {
  if (typeof key === 'symbol') return Symbol.prototype.toString.call(key);
  return /^[a-zA-Z_$][\w$]*$/.test(key) ? key : quote(key);
}

function constructorName(value) {
  for (let object = value; object !== null; object = getPrototypeOf(object)) {
    const descriptor = getOwnPropertyDescriptor(object, 'constructor');
    if (descriptor !== undefined && typeof descriptor.value === 'function') {
      const name = getOwnPropertyDescriptor(descriptor.value, 'name')?.value;
      if (typeof name === 'string' && name !== '') return name;
    }
  }
  return null;
}

// "Foo ", "Foo [Tag] ", "[Object: null prototype] "; '' for what needs no name.
function prefix(value, plain, size = '') {
  const name = constructorName(value);
  let tag = '';
  try {
    tag = value[Symbol.toStringTag];
  } catch { /* a throwing accessor: no tag */ }
  const suffix = typeof tag === 'string' && tag !== '' && tag !== name ? `[${tag}] ` : '';
  if (name === null) return `[${plain}${size}: null prototype] ${suffix}`;
  return name === plain && size === '' && suffix === '' && (plain === 'Object' || plain === 'Array')
    ? '' : `${name}${size} ${suffix}`;
}

// Puts entries between braces, in one line if they fit. `counted`: how long the start counts as.
function assemble(ctx, level, base, open, entries, close, isArray, counted = undefined) {
  const start = base === '' ? open : `${base} ${open}`;
  if (entries.length === 0) return `${start}${close}`;
  if (isArray && entries.length > 6) entries = groupItems(ctx, entries);
  // Grouped items already were too many for one line.
  const grouped = isArray && entries.grouped === true;
  if (!grouped && ctx.currentDepth - level < COMPACT_LEVELS && !base.includes('\n')) {
    let total = entries.length + ctx.indentation + (counted ?? start.length) + 10 + entries.length;
    for (const entry of entries) total += entry.length;
    if (total <= ctx.breakLength && !entries.some((entry) => entry.includes('\n'))) {
      return `${start} ${entries.join(', ')} ${close}`;
    }
  }
  const line = `\n${' '.repeat(ctx.indentation)}`;
  return `${start}${line}  ${entries.join(`,${line}  `)}${line}${close}`;
}

// Lays out many short items in columns.
function groupItems(ctx, items) {
  let longest = 0;
  let total = 0;
  let numbers = true;
  const last = items.length - (items[items.length - 1].startsWith('... ') ? 1 : 0);
  for (let i = 0; i < last; i++) {
    if (items[i].includes('\n')) return items;
    longest = Math.max(longest, items[i].length);
    total += items[i].length + 2;
    if (numbers && !/^-?[\d.]+n?$/.test(items[i])) numbers = false;
  }
  const width = longest + 2;
  if (longest > 20 || total + items.length < 60) return items;
  const columns = Math.min(
    Math.round(Math.sqrt(2.5 * longest * last) / longest),
    Math.floor((ctx.breakLength - ctx.indentation) / width), 12);
  if (columns <= 1) return items;
  const rows = [];
  for (let i = 0; i < last; i += columns) {
    const row = items.slice(i, Math.min(i + columns, last));
    rows.push(row.map((item, index) => {
      if (numbers) return item.padStart(longest);
      return index === row.length - 1 ? item : `${item},`.padEnd(width - 1);
    }).join(numbers ? ', ' : ' '));
  }
  if (last < items.length) rows.push(items[last]);
  rows.grouped = true;
  return rows;
}

function formatProperty(ctx, object, key, level, isItem) {
  const descriptor = getOwnPropertyDescriptor(object, key);
  let text;
  if (descriptor === undefined) {
    text = 'undefined';
  } else if ('value' in descriptor) {
    ctx.indentation += 2;
    text = formatValue(ctx, descriptor.value, level);
    ctx.indentation -= 2;
  } else if (descriptor.get !== undefined) {
    text = descriptor.set !== undefined ? '[Getter/Setter]' : '[Getter]';
  } else {
    text = descriptor.set !== undefined ? '[Setter]' : 'undefined';
  }
  if (isItem) return text;
  const name = formatKey(key);
  return `${descriptor?.enumerable === false ? `[${name}]` : name}: ${text}`;
}

function more(count) {
  return `... ${count} more item${count > 1 ? 's' : ''}`;
}

function arrayItems(ctx, array, level) {
  const out = [];
  const { length } = array;
  let index = 0;
  while (index < length && out.length < MAX_ITEMS) {
    if (hasOwn(array, index)) {
      out.push(formatProperty(ctx, array, `${index}`, level, true));
      index++;
    } else {
      const start = index;
      // A huge sparse array is not walked item by item.
      if (length - start > 100000) {
        const next = Object.keys(array).find((key) => key >>> 0 >= start && `${key >>> 0}` === key);
        index = next === undefined ? length : next >>> 0;
      } else {
        while (index < length && !hasOwn(array, index)) index++;
      }
      out.push(`<${index - start} empty item${index - start > 1 ? 's' : ''}>`);
    }
  }
  if (index < length) out.push(more(length - index));
  return out;
}

function ownKeys(value, isArray) {
  const keys = Object.keys(value);
  const own = isArray ? keys.filter((key) => `${key >>> 0}` !== key) : keys;
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    if (Object.prototype.propertyIsEnumerable.call(value, symbol)) own.push(symbol);
  }
  return own;
}

function inner(ctx, value, level) {
  ctx.indentation += 2;
  const text = formatValue(ctx, value, level);
  ctx.indentation -= 2;
  return text;
}

function functionBase(value) {
  const source = Function.prototype.toString.call(value);
  if (source.startsWith('class') && source.endsWith('}')) {
    const parent = getPrototypeOf(value);
    const name = typeof value.name === 'string' && value.name !== '' ? value.name : '(anonymous)';
    const base = typeof parent === 'function' && parent.name ? ` extends ${parent.name}` : '';
    return `[class ${name}${base}]`;
  }
  const type = constructorName(value) ?? 'Function';
  const name = getOwnPropertyDescriptor(value, 'name')?.value;
  return typeof name === 'string' && name !== '' ? `[${type}: ${name}]` : `[${type} (anonymous)]`;
}

function errorBase(ctx, error, keys) {
  let stack;
  let text;
  try {
    text = `${Error.prototype.toString.call(error)}`;
  } catch {
    text = 'Error';
  }
  try {
    ({ stack } = error);
  } catch { /* below */ }
  if (typeof stack !== 'string' || stack === '') stack = `[${text}]`;
  // The name may have been set after the stack was made.
  else if (!stack.includes(text) && !require.loaded('internal/dom_exception')?.isDOMException(error)) {
    const frames = stack.indexOf('\n    at');
    stack = frames >= 0 ? text + stack.slice(frames) : stack;
  }
  for (const name of ['stack', 'message', 'name']) {
    const index = keys.indexOf(name);
    if (index >= 0 && (name === 'stack' || stack.includes(`${error[name]}`))) keys.splice(index, 1);
  }
  if (ctx.indentation > 0) stack = stack.replaceAll('\n', `\n${' '.repeat(ctx.indentation)}`);
  return stack;
}

function formatBytes(value) {
  let bytes;
  try {
    bytes = new Uint8Array(value);
  } catch {
    return '(detached)';
  }
  let text = '';
  for (let i = 0; i < bytes.length && i < MAX_BYTES; i++) {
    text += `${i > 0 ? ' ' : ''}${bytes[i].toString(16).padStart(2, '0')}`;
  }
  const rest = bytes.length - MAX_BYTES;
  return `<${text}${rest > 0 ? ` ... ${rest} more byte${rest > 1 ? 's' : ''}` : ''}>`;
}

function formatObject(ctx, value, level) {
  const kind = native.kindOf(value);
  if (kind === PROXY) {
    const name = require.loaded('workers/rpc_stub')?.nameOf(value);
    return name === undefined ? 'Proxy({})' : `${name} {}`;
  }

  const custom = value[INSPECT];
  if (typeof custom === 'function') {
    const result = custom.call(value, ctx.depth - level, ctx, inspect);
    if (result !== value) {
      return typeof result === 'string' ? result : formatValue(ctx, result, level);
    }
  }

  const index = ctx.seen.indexOf(value);
  if (index >= 0) {
    ctx.circular ??= new Map();
    if (!ctx.circular.has(value)) ctx.circular.set(value, ctx.circular.size + 1);
    return `[Circular *${ctx.circular.get(value)}]`;
  }

  const isArray = Array.isArray(value);
  const keys = ownKeys(value, isArray || kind === TYPED_ARRAY);
  let base = '';
  let open = '{';
  let close = '}';
  let items = null;      // makes the entries before the properties
  let showAsArray = false;

  if (isArray) {
    open = `${prefix(value, 'Array', constructorName(value) === 'Array' ? '' : `(${value.length})`)}[`;
    close = ']';
    showAsArray = true;
    items = () => arrayItems(ctx, value, level + 1);
  } else if (typeof value === 'function') {
    base = functionBase(value);
    if (keys.length === 0) return base;
  } else {
    switch (kind) {
      case MAP:
        open = `${prefix(value, 'Map', `(${value.size})`)}{`;
        items = () => {
          const out = [];
          for (const [key, entry] of Map.prototype.entries.call(value)) {
            if (out.length === MAX_ITEMS) break;
            out.push(`${inner(ctx, key, level + 1)} => ${inner(ctx, entry, level + 1)}`);
          }
          if (value.size > MAX_ITEMS) out.push(more(value.size - MAX_ITEMS));
          return out;
        };
        break;
      case SET:
        open = `${prefix(value, 'Set', `(${value.size})`)}{`;
        items = () => {
          const out = [];
          for (const entry of Set.prototype.values.call(value)) {
            if (out.length === MAX_ITEMS) break;
            out.push(inner(ctx, entry, level + 1));
          }
          if (value.size > MAX_ITEMS) out.push(more(value.size - MAX_ITEMS));
          return out;
        };
        break;
      case TYPED_ARRAY:
        open = `${prefix(value, 'TypedArray', `(${value.length})`)}[`;
        close = ']';
        showAsArray = true;
        items = () => {
          const out = [];
          for (let i = 0; i < value.length && i < MAX_ITEMS; i++) out.push(formatPrimitive(value[i]));
          if (value.length > MAX_ITEMS) out.push(more(value.length - MAX_ITEMS));
          return out;
        };
        break;
      case ARRAY_BUFFER:
        open = `${prefix(value, 'ArrayBuffer')}{`;
        items = () => [`[Uint8Contents]: ${formatBytes(value)}`, `byteLength: ${value.byteLength}`];
        break;
      case DATA_VIEW:
        open = `${prefix(value, 'DataView')}{`;
        items = () => [`byteLength: ${value.byteLength}`, `byteOffset: ${value.byteOffset}`,
          `buffer: ${inner(ctx, value.buffer, level + 1)}`];
        break;
      case PROMISE:
        open = `${prefix(value, 'Promise')}{`;
        items = () => {
          const [state, result] = native.promiseDetails(value);
          if (state === 0) return ['<pending>'];
          const text = inner(ctx, result, level + 1);
          return [state === 2 ? `<rejected> ${text}` : text];
        };
        break;
      case WEAK:
        open = `${prefix(value, 'WeakMap')}{`;
        items = () => ['<items unknown>'];
        break;
      case DATE: {
        const time = Date.prototype.getTime.call(value);
        base = time === time ? Date.prototype.toISOString.call(value) : 'Invalid Date';
        if (keys.length === 0) return base;
        break;
      }
      case REGEXP:
        base = RegExp.prototype.toString.call(value);
        if (keys.length === 0) return base;
        break;
      case ERROR: {
        const cause = getOwnPropertyDescriptor(value, 'cause');
        if (cause !== undefined && !cause.enumerable) keys.push('cause');
        const errors = getOwnPropertyDescriptor(value, 'errors');
        if (errors !== undefined && !errors.enumerable) keys.push('errors');
        base = errorBase(ctx, value, keys);
        if (keys.length === 0) return base;
        break;
      }
      case BOXED: {
        const primitive = value.valueOf();
        const type = typeof primitive;
        base = `[${type[0].toUpperCase()}${type.slice(1)}: ${formatPrimitive(primitive)}]`;
        if (type === 'string') keys.splice(0, keys.length, ...keys.filter((key) => `${key >>> 0}` !== key));
        if (keys.length === 0) return base;
        break;
      }
      case ARGUMENTS:
        open = '[Arguments] [';
        close = ']';
        showAsArray = true;
        items = () => arrayItems(ctx, Array.prototype.slice.call(value), level + 1);
        keys.length = 0;
        break;
      case NAMESPACE:
        open = '[Module] {';
        break;
      case GENERATOR:
        open = 'Object [Generator] {';
        break;
      case ITERATOR:
        open = `[${value[Symbol.toStringTag]}] {`;
        items = () => [];
        break;
      default:
        open = `${prefix(value, 'Object')}{`;
        if (keys.length === 0) return `${open}}`;
    }
  }

  if (level > ctx.depth || level > MAX_DEPTH) {
    const name = isArray ? 'Array' : constructorName(value) ?? 'Object: null prototype';
    return kind === ERROR ? base : `[${name}]`;
  }

  ctx.seen.push(value);
  ctx.currentDepth = level;
  const entries = items === null ? [] : items();
  for (const key of keys) entries.push(formatProperty(ctx, value, key, level + 1, false));
  ctx.seen.pop();

  const reference = ctx.circular?.get(value);
  if (reference !== undefined) {
    if (base === '') open = `<ref *${reference}> ${open}`; else base = `<ref *${reference}> ${base}`;
  }
  return assemble(ctx, level, base, open, entries, close, showAsArray);
}

function formatValue(ctx, value, level) {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) {
    return formatPrimitive(value);
  }
  try {
    return formatObject(ctx, value, level);
  } catch (error) {
    // A throwing accessor or Proxy trap, or a stack overflow: the log line matters more.
    let reason = '';
    try {
      reason = `: ${error?.message}`;
    } catch { /* without the reason then */ }
    return `[Object that cannot be inspected${reason}]`;
  }
}

/**
 * @param {unknown} value
 * @param {{depth?: number | null}} [options]
 * @returns {string}
 */
function inspect(value, options = undefined) {
  // A custom function hands our own context back to us: stay in it.
  if (options instanceof Context) return formatValue(options, value, options.seen.length);
  const depth = options?.depth;
  return formatValue(
    new Context(depth === null ? Infinity : depth === undefined ? 2 : Number(depth)), value, 0);
}

// For the custom functions of our own classes: `Name { key: value, [mark]: value }`. What a Worker has
// added to the object, `own`, stands first.
inspect.named = (name, view, depth, ctx, marks = undefined, own = undefined) => {
  if (!(ctx instanceof Context)) ctx = new Context(2);
  const level = ctx.seen.length;
  if (depth < 0 || level > MAX_DEPTH) return `[${name}]`;
  ctx.seen.push(view);
  ctx.currentDepth = level;
  const entries = [];
  if (own !== undefined) addProperties(ctx, own, level, entries);
  addProperties(ctx, view, level, entries);
  addMarks(ctx, marks, level, entries);
  ctx.seen.pop();
  // workerd counts the brace alone.
  return assemble(ctx, level, '', `${name} {`, entries, '}', false, 1);
};

function addProperties(ctx, object, level, entries) {
  for (const key of ownKeys(object, false)) {
    entries.push(formatProperty(ctx, object, key, level + 1, false));
  }
}

// What workerd says of an object beside its properties.
function addMarks(ctx, marks, level, entries) {
  if (marks === undefined) return;
  for (const key of Object.keys(marks)) entries.push(`[${key}]: ${inner(ctx, marks[key], level + 1)}`);
}

// Likewise for lists of pairs: `Name(2) { 'a' => 'b', ... }`. `list` is [name, value, ...].
inspect.pairs = (name, list, depth, ctx, marks = undefined, own = undefined) => {
  if (!(ctx instanceof Context)) ctx = new Context(2);
  const level = ctx.seen.length;
  if (depth < 0 || level > MAX_DEPTH) return `[${name}]`;
  ctx.seen.push(list);
  ctx.currentDepth = level;
  const entries = [];
  if (own !== undefined) addProperties(ctx, own, level, entries);
  for (let i = 0; i < list.length && i < 2 * MAX_ITEMS; i += 2) {
    entries.push(`${inner(ctx, list[i], level + 1)} => ${inner(ctx, list[i + 1], level + 1)}`);
  }
  addMarks(ctx, marks, level, entries);
  ctx.seen.pop();
  return assemble(ctx, level, '', `${name}(${list.length / 2}) {`, entries, '}', false);
};

// %s: strings as they are, objects without depth.
function formatForString(value) {
  if (typeof value === 'string') return value;
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) {
    return formatPrimitive(value);
  }
  if (native.kindOf(value) === ERROR) return `${value}`;
  return inspect(value, { depth: 0 });
}

function toNumber(value, parse) {
  if (typeof value === 'symbol') return 'NaN';
  if (typeof value === 'bigint') return `${value}n`;
  return formatNumber(parse(value));
}

function toJson(value) {
  try {
    return JSON.stringify(value) ?? 'undefined';
  } catch (error) {
    return `[${error?.message?.split('\n')[0]}]`;
  }
}

// https://console.spec.whatwg.org/#formatter: the text of console.log(...args).
function format(args) {
  let out = '';
  let next = 0;
  if (typeof args[0] === 'string') {
    const text = args[0];
    next = 1;
    if (args.length === 1 || text.indexOf('%') < 0) {
      out = text;
    } else {
      let start = 0;
      for (let at = text.indexOf('%'); at >= 0 && at < text.length - 1;
        at = text.indexOf('%', start)) {
        const letter = text[at + 1];
        if (letter === '%') {
          out += text.slice(start, at + 1);
        } else if (next >= args.length || !'sdifjoOc'.includes(letter)) {
          out += text.slice(start, at + 2);
        } else {
          out += text.slice(start, at);
          const value = args[next++];
          switch (letter) {
            case 's': out += formatForString(value); break;
            case 'd': out += typeof value === 'object' ? 'NaN' : toNumber(value, Number); break;
            case 'i': out += typeof value === 'object' ? 'NaN' : toNumber(value, parseInt); break;
            case 'f': out += toNumber(value, parseFloat); break;
            case 'j': out += toJson(value); break;
            case 'o': out += inspect(value, { depth: 4 }); break;
            case 'O': out += inspect(value); break;
            default: break;  // %c: a style, which a log has no use for
          }
        }
        start = at + 2;
      }
      out += text.slice(start);
    }
  }
  for (; next < args.length; next++) {
    const value = args[next];
    if (next > 0) out += ' ';
    out += typeof value === 'string' ? value : inspect(value);
  }
  return out;
}

module.exports = { format, inspect };
