// An object that others hold stubs of, what they do with one, and what they leave behind.
import { RpcTarget } from 'cloudflare:workers';
import { check, ignore, never } from './basics.js';
import { randomStream } from './bodies.js';
import { randomError, randomValue, same } from './random_values.js';

export class Counter extends RpcTarget {
  #job;
  #value = 0;
  constructor(job) {
    super();
    this.#job = job;
  }
  get value() {
    return this.#value;
  }
  add(n) {
    return (this.#value += n);
  }
  child() {
    return new Counter(this.#job);
  }
  self() {
    return this;
  }
  echo(value) {
    return value;
  }
  async call(callback, times) {
    let sum = 0;
    for (let i = 0; i < times; i++) sum += await callback(i);
    return sum;
  }
  async run(message) {
    await this.#job.as(message).steps();
    return 1;
  }
  fail() {
    throw randomError(this.#job.random);
  }
  hang() {
    return this.#job.inObject ? undefined : never();
  }
  stream() {
    return randomStream(this.#job);
  }
  [Symbol.dispose]() {
    const { random } = this.#job;
    if (random.chance(10)) throw new Error('a disposer failed');
    if (random.chance(10)) this.#job.steps().catch(ignore);
  }
}

// What is left behind for other requests, which must be refused it politely.
export const stash = [];

export function leave(thing) {
  stash.push(thing);
  if (stash.length > 30) stash.shift();
}

export function maybeDispose(job, thing) {
  if (job.random.chance(60)) thing[Symbol.dispose]?.();
}

export async function useCounter(job, counter) {
  const { random } = job;
  switch (random.int(14)) {
    case 0: return counter.add(1);
    case 1: return check(typeof (await counter.value) === 'number', 'value is no number');
    case 2: return maybeDispose(job, await counter.child());
    case 3: return counter.self().child().self().add(1); // pipelined
    case 4: check((await counter.call((n) => n, 3)) === 3, 'the sum is wrong'); return undefined;
    case 5: return counter.fail();
    case 6: return random.chance(20) ? counter.hang() : undefined;
    case 7: {
      const copy = counter.dup();
      maybeDispose(job, counter);
      await copy.add(1);
      return maybeDispose(job, copy);
    }
    case 8: return job.fuel > 0 ? counter.run(job.message()) : undefined;
    case 9: return new Response(await counter.stream()).arrayBuffer();
    case 10: return job.binding().pass(job.message({ stub: counter }));
    case 11: return leave(counter);
    case 12: return counter.nothing();
    default: {
      const value = randomValue(random);
      check(same(await counter.echo(value), value), 'a value came back from a stub as another');
      return undefined;
    }
  }
}
