// One invocation of a Worker: what it was told, and the steps and the answer that follow from it.
import { ignore, sleep } from './basics.js';
import { randomBody, randomStream } from './bodies.js';
import { Random, randomError } from './random_values.js';
import { LEAVES, STEPS } from './steps.js';

export class Job {
  constructor(message, env, ctx, request) {
    this.random = new Random(message.seed);
    this.fuel = message.fuel;
    this.port = message.port;
    this.env = env;
    this.ctx = ctx;
    this.request = request;
  }

  // Of a Durable Object: nothing may hang.
  get inObject() {
    return this.env.ROOM !== undefined && this.ctx.id !== undefined;
  }

  as(message) {
    return new Job(message, this.env, this.ctx, undefined);
  }

  // A message for a call further down.
  message(more) {
    return { seed: this.random.seed(), fuel: this.fuel - 1, port: this.port, ...more };
  }

  url(fuel = this.fuel - 1) {
    return `http://stress.test/?seed=${this.random.seed()}&fuel=${fuel}&port=${this.port}`;
  }

  binding() {
    const { random, env, ctx } = this;
    if (ctx.exports !== undefined && random.chance(10)) {
      const own = ctx.exports[random.pick(['default', 'Service', 'plain'])];
      return random.chance(50) && own !== undefined ? own({ props: { from: 'exports' } }) : own;
    }
    return env[random.pick(env.SERVICES)];
  }

  async steps() {
    const { random } = this;
    for (let count = 1 + random.int(4); count > 0; count--) {
      const step = random.pick(this.fuel > 0 ? STEPS : LEAVES);
      const result = this.env.TRACE ? traced(step.name, step(this)) : step(this);
      switch (random.int(12)) {
        case 0: result.catch(ignore); break; // forgotten
        case 1: break; // forgotten, with a rejection that nobody handles
        case 2: this.ctx.waitUntil(result); break;
        case 3: await Promise.race([result.catch(ignore), sleep(random.int(20))]); break;
        case 4: await result; break; // what it throws ends this invocation
        default: await result.catch(ignore);
      }
    }
  }

  response() {
    const { random, request } = this;
    return random.pick([
      () => new Response('text'),
      () => new Response(randomBody(this), { status: random.pick([200, 201, 404, 503]) }),
      () => new Response(randomStream(this)),
      () => new Response(randomStream(this), { headers: { 'content-encoding': random.pick(['gzip', 'br']) } }),
      () => Response.json({ seed: random.seed() }),
      () => new Response(null, { status: random.pick([204, 304, 200]) }),
      () => new Response(request?.body, { headers: { 'x-from': 'request' } }),
      () => request?.clone().text().then((text) => new Response(text)) ?? new Response(),
      () => new Response(new Response(randomStream(this)).body.tee()[0]),
      () => (this.fuel > 0 ? this.binding().fetch(this.url()) : new Response('leaf')),
      () => (this.fuel > 0 ? Response.redirect(this.url(), random.pick([302, 307])) : new Response('end')),
      () => (this.fuel > 0 && request !== undefined
        ? this.binding().fetch(new Request(this.url(), request)) : new Response('mine')),
      () => 'no response',
      () => { throw randomError(random); },
    ])();
  }
}

// What came of a step, for the log of a graph that is run again.
async function traced(name, result) {
  console.debug(`began ${name}`);
  try {
    return await result;
  } catch (error) {
    name += `: ${error?.message ?? typeof error}`;
    throw error;
  } finally {
    console.debug(`step ${name}`);
  }
}
