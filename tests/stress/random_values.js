// Values and errors that follow from a seed, and what it means that two are the same.

export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  int(n) {
    return Math.floor(this.next() * n);
  }
  chance(percent) {
    return this.int(100) < percent;
  }
  pick(list) {
    return list[this.int(list.length)];
  }
  seed() {
    return this.int(2 ** 31);
  }
}

export function randomValue(random, depth = 3) {
  switch (random.int(depth > 0 ? 20 : 12)) {
    case 0: return undefined;
    case 1: return null;
    case 2: return random.chance(50);
    case 3: return random.int(1000) - 500;
    case 4: return random.next() * 1e300;
    case 5: return random.pick([NaN, -0, Infinity, -Infinity]);
    case 6: return 'x'.repeat(random.int(200));
    case 7: return '\u20ac\u{1f600}\ud800'.repeat(random.int(20));
    case 8: return BigInt(random.int(1e9)) ** BigInt(random.int(9));
    case 9: return new Date(random.int(1e9) * 1000);
    case 10: return new Uint8Array(random.int(3000)).fill(random.int(256));
    case 11: return new Error(`an error ${random.int(9)}`);
    case 12: return new Map([[randomValue(random, 0), randomValue(random, depth - 1)]]);
    case 13: return new Set([random.int(9), 'one']);
    case 14: return new Float64Array([random.next(), NaN]).subarray(random.int(2));
    case 15: return Array.from({ length: random.int(5) }, () => randomValue(random, depth - 1));
    case 16: {
      const sparse = [];
      sparse[random.int(40)] = randomValue(random, depth - 1);
      return sparse;
    }
    case 17: {
      const circular = { value: randomValue(random, depth - 1) };
      circular.self = circular;
      return circular;
    }
    default: return { a: randomValue(random, depth - 1), 'b c': randomValue(random, depth - 1) };
  }
}

export function same(a, b, seen = new Map()) {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (seen.has(a)) return seen.get(a) === b;
  seen.set(a, b);
  if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return false;
  if (a instanceof Date) return a.getTime() === b.getTime();
  if (a instanceof Error) return a.message === b.message;
  if (a instanceof Map || a instanceof Set) return same([...a], [...b], seen);
  if (ArrayBuffer.isView(a)) {
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
    return true;
  }
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key], seen));
}

export function randomError(random) {
  const circular = new Error('circular');
  circular.cause = circular;
  return random.pick([
    () => new Error('plain'),
    () => new TypeError('of a type'),
    () => new DOMException('of the DOM', 'AbortError'),
    () => Object.assign(new RangeError('with properties'), { code: 7, retryable: true, at: new Date(0) }),
    () => Object.assign(new Error('with a function'), { call: () => 1 }),
    () => new Error('with a cause', { cause: new Error('the cause') }),
    () => circular,
    () => class extends Error {},
    () => 'a string',
    () => undefined,
    () => null,
    () => 5,
    () => Symbol('a symbol'),
    () => ({ get message() { throw new Error('from a getter'); } }),
    () => new Proxy({}, { get() { throw new Error('from a trap'); }, getPrototypeOf() { throw 1; } }),
    () => new (class Own extends Error { get name() { return 'Own'; } })('of a class'),
  ])();
}
