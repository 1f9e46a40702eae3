// The code of every Worker of the random graph. What it does follows from the seed in the request or
// in the message of the call; what may fail, fails. What must hold is checked: see check().
import { WorkerEntrypoint } from 'cloudflare:workers';
import { check, ignore, sleep } from './basics.js';
import { consume, randomStream } from './bodies.js';
import { Counter, leave, maybeDispose, useCounter } from './counter.js';
import { Job } from './job.js';
import { randomError, randomValue } from './random_values.js';

export { Room } from './room.js';

// The methods of entrypoints: each gets one message, so that all kinds of handlers can have them.
const METHODS = {
  echo: (job, { value }) => value,
  async run(job) {
    await job.steps();
    return 1;
  },
  target: (job) => new Counter(job),
  many(job) {
    const counter = new Counter(job);
    const value = { counter, call: (n) => n + 1, list: [() => 1, { deep: new Counter(job) }] };
    if (job.random.chance(30)) value[Symbol.dispose] = () => job.steps().catch(ignore);
    return value;
  },
  async callBack(job, { callback, times }) {
    if (job.random.chance(20)) await job.steps().catch(ignore);
    let sum = 0;
    for (let i = 0; i < times; i++) sum += await callback(i);
    return sum;
  },
  async keep(job, { callback, target }) {
    const { random } = job;
    const mine = random.chance(70) ? callback.dup() : callback;
    if (random.chance(30)) leave(mine);
    job.ctx.waitUntil((async () => {
      await sleep(random.int(10));
      await mine();
      await target.add(1);
      maybeDispose(job, mine);
    })());
  },
  async pass(job, { stub, back }) {
    await useCounter(job, stub);
    if (back || job.random.chance(20)) return job.random.chance(50) ? stub : stub.dup();
    return undefined;
  },
  async bind(job, { binding }) {
    if (job.fuel > 0) await consume(job, await binding.fetch(job.url()));
    return binding;
  },
  readable: (job) => randomStream(job),
  consume: (job, { stream }) => consume(job, new Response(stream)),
  async writeTo(job, { stream }) {
    const { random } = job;
    if (random.chance(50)) return randomStream(job).pipeTo(stream);
    const writer = stream.getWriter();
    for (let i = random.int(5); i > 0; i--) await writer.write(randomValue(random, 1));
    return random.pick([() => writer.close(), () => writer.abort('no more'), ignore])();
  },
  respondTo: (job, { request }) => handle(request, job.env, job.ctx),
  async waitFor(job, { signal }) {
    await Promise.race([sleep(job.random.int(12)), new Promise((resolve) => { signal.onabort = resolve; })]);
    return signal.aborted;
  },
  async fail(job) {
    if (job.random.chance(50)) await sleep(1);
    throw randomError(job.random);
  },
  recurse: (job, { depth }) => job.env[job.env.SERVICES[depth % job.env.SERVICES.length]].recurse({ depth: depth + 1 }),
};

async function handle(request, env, ctx) {
  const { searchParams } = new URL(request.url);
  if (searchParams.has('echo')) return new Response(request.body);
  if (searchParams.has('recurse')) return env[env.SERVICES[0]].fetch(request.url);
  const number = (name) => Number(searchParams.get(name));
  const job = new Job({ seed: number('seed'), fuel: number('fuel'), port: number('port') }, env, ctx, request);
  check(ctx.props !== undefined, 'no props');
  await job.steps();
  return job.response();
}

export class Service extends WorkerEntrypoint {
  fetch(request) {
    return handle(request, this.env, this.ctx);
  }
}

export const plain = { fetch: handle };

for (const [name, method] of Object.entries(METHODS)) {
  Service.prototype[name] = function (message) {
    return method(new Job(message, this.env, this.ctx, undefined), message);
  };
  plain[name] = (message, env, ctx) => method(new Job(message, env, ctx, undefined), message);
}
