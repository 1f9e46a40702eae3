// The Workers of rpc_clone_fuzz.cc: "front" gets what is sent to it, "back" what it is called with.
import { WorkerEntrypoint } from 'cloudflare:workers';

const ignore = () => {};

// --- what was read of any bytes: everything about it is tried ---

function touchObject(value, touch) {
  if (value instanceof Request || value instanceof Response) {
    value.headers.get('a');
    touch([value.url, value.status, value.method, value.cf, value.signal, value.redirect]);
    value.clone().text().catch(ignore);
    value.body?.cancel().catch(ignore);
  } else if (value instanceof ReadableStream) {
    value.getReader().read().catch(ignore);
  } else if (value instanceof WritableStream) {
    value.getWriter().write('x').catch(ignore);
  } else if (value instanceof Headers) {
    touch([...value]);
  } else if (value instanceof Blob) {
    value.slice(1).text().catch(ignore);
  } else if (value instanceof AbortSignal) {
    value.addEventListener('abort', ignore);
    touch([value.aborted, value.reason]);
  } else if (value instanceof Map || value instanceof Set) {
    for (const item of value) touch(item);
  } else if (value instanceof Error) {
    touch([value.message, value.name, value.stack, value.cause]);
  } else if (ArrayBuffer.isView(value)) {
    touch([value.length, value.at?.(0), value.at?.(-1)]);
  } else {
    for (const key of Object.keys(value).slice(0, 50)) touch(value[key]);
    if (typeof value.fetch === 'function') {
      value.fetch('http://fuzz.test/').catch(ignore);
      value.echo(1).catch(ignore);
    }
  }
  value[Symbol.dispose]?.();
}

function touchAll(root) {
  const seen = new Set();
  let left = 300;
  const touch = (value) => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
    if (seen.has(value) || left-- <= 0) return;
    seen.add(value);
    try {
      if (typeof value === 'object') {
        touchObject(value, touch);
      } else {
        value(1).catch(ignore);
        value.dup?.()[Symbol.dispose]();
      }
    } catch {
      // It may be anything.
    }
  };
  touch(root);
}

// --- values that follow from bytes, which must come back as they were sent ---

const ARRAYS = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
  Float32Array, Float64Array, BigInt64Array, BigUint64Array];
const ERRORS = [Error, TypeError, RangeError, EvalError, ReferenceError, SyntaxError, URIError];

class Generator {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
    this.made = [];
  }
  byte() {
    return this.bytes[this.at++] ?? 0;
  }
  number() {
    return new DataView(Uint8Array.from({ length: 8 }, () => this.byte()).buffer).getFloat64(0);
  }
  text() {
    const wide = this.byte() % 3 === 0;
    const codes = Array.from({ length: this.byte() }, () => this.byte() * (wide ? 257 : 1));
    return String.fromCharCode(...codes);
  }
  keep(object) {
    this.made.push(object);
    return object;
  }
  list(depth, length) {
    return Array.from({ length }, () => this.value(depth - 1));
  }
  value(depth) {
    switch (this.byte() % (depth > 0 ? 26 : 10)) {
      case 0: return undefined;
      case 1: return null;
      case 2: return this.byte() % 2 === 0;
      case 3: return (this.byte() << 24) | (this.byte() << 8) | this.byte();
      case 4: return this.number();
      case 5: return [NaN, -0, Infinity, -Infinity][this.byte() % 4];
      case 6:
      case 7: return this.text();
      case 8: return (this.byte() % 2 ? -1n : 1n) * BigInt(this.byte()) ** BigInt(this.byte() % 80);
      case 9: return this.made[this.byte() % (this.made.length || 1)];
      case 10: return new Date(this.number());
      case 11: return Object(this.list(0, 1)[0] ?? false);
      case 12: return new RegExp('a|b*', ['', 'g', 'i', 'gimsuy', 'dv'][this.byte() % 5]);
      case 13: return Uint8Array.from({ length: this.byte() }, () => this.byte()).buffer;
      case 14: {
        const buffer = this.keep(new ArrayBuffer(this.byte() & ~7, this.byte() % 4 === 0 ? { maxByteLength: 512 } : {}));
        return { a: new ARRAYS[this.byte() % ARRAYS.length](buffer), b: new DataView(buffer), buffer };
      }
      case 15: {
        const array = new ARRAYS[this.byte() % ARRAYS.length](8);
        new Uint8Array(array.buffer).forEach((_, i, all) => { all[i] = this.byte(); });
        return array.subarray(this.byte() % 4, 4 + (this.byte() % 4));
      }
      case 16: {
        const error = this.keep(new ERRORS[this.byte() % ERRORS.length](this.text()));
        if (this.byte() % 3 === 0) error.cause = this.value(depth - 1);
        return error;
      }
      case 17: return new Headers([['a', 'b'], ['x-bytes', String(this.byte())], ['set-cookie', 'c'], ['set-cookie', 'd']]);
      case 18: return new File([new Uint8Array(this.byte())], this.text(), { type: 'a/b', lastModified: this.byte() });
      case 19: return new DOMException(this.text(), 'AbortError');
      case 20: {
        const map = this.keep(new Map());
        for (let i = this.byte() % 5; i > 0; i--) map.set(this.value(depth - 1), this.value(depth - 1));
        return map;
      }
      case 21: {
        const set = this.keep(new Set());
        for (let i = this.byte() % 5; i > 0; i--) set.add(this.value(depth - 1));
        return set;
      }
      case 22: {
        const sparse = this.keep([]);
        for (let i = this.byte() % 4; i > 0; i--) sparse[this.byte() * 13] = this.value(depth - 1);
        return sparse;
      }
      case 23: return this.keep(this.list(depth, this.byte() % 6));
      default: {
        const object = this.keep({});
        for (let i = this.byte() % 6; i > 0; i--) {
          const key = this.byte() % 4 === 0 ? String(this.byte()) : this.text();
          if (key !== '__proto__') object[key] = this.value(depth - 1);
        }
        return object;
      }
    }
  }
}

const contents = (value) => {
  if (value instanceof Headers) return [...value];
  if (value instanceof File) return [value.size, value.type, value.name, value.lastModified];
  if (value instanceof DOMException) return [value.name, value.message];
  if (value instanceof Error) return [value.constructor.name, value.message, value.cause];
  if (value instanceof Map) return [...value];
  if (value instanceof Set) return [...value];
  if (value instanceof Date) return [value.getTime()];
  if (value instanceof RegExp) return [value.source, value.flags];
  if (value instanceof ArrayBuffer) return [value.maxByteLength, ...new Uint8Array(value)];
  if (value instanceof DataView) return [value.byteOffset, value.byteLength];
  if (ArrayBuffer.isView(value)) return [...value];
  return Object.keys(value).flatMap((key) => [key, value[key]]);
};

function same(a, b, seen = new Map()) {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (seen.has(a)) return seen.get(a) === b;
  seen.set(a, b);
  if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b) || a.length !== b.length) return false;
  // Boxed primitives.
  if (/ (Boolean|Number|String|BigInt)\]/.test(Object.prototype.toString.call(a))) return Object.is(a.valueOf(), b.valueOf());
  const left = contents(a);
  const right = contents(b);
  return left.length === right.length && left.every((item, i) => same(item, right[i], seen));
}

// --- entrypoints ---

export class Back extends WorkerEntrypoint {
  async ask() {
    console.log('asked');
    await new Promise((resolve) => setTimeout(resolve, 3_600_000));
  }
  echo(value) {
    return value;
  }
  take(...values) {
    touchAll(values);
    return values;
  }
  fetch() {
    return new Response();
  }
}

export default {
  async fetch(request, env) {
    if (request.method === 'GET') {
      touchAll(await env.BACK.ask());
      return new Response();
    }
    const value = new Generator(new Uint8Array(await request.arrayBuffer())).value(4);
    const echo = await env.BACK.echo(value);
    if (!same(value, echo)) console.error('DIFFERENT', value, echo);
    return new Response();
  },
};
