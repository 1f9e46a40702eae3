// A Durable Object. Calls on it may come from anywhere, so nothing may hang in it.
import { DurableObject } from 'cloudflare:workers';
import { sleep } from './basics.js';
import { randomBody } from './bodies.js';
import { Counter } from './counter.js';
import { Job } from './job.js';
import { Random, randomError } from './random_values.js';

export class Room extends DurableObject {
  count = 0;

  constructor(ctx, env) {
    super(ctx, env);
    const random = new Random(Number(`0x${String(ctx.id).slice(0, 7)}`));
    if (random.chance(20)) ctx.blockConcurrencyWhile(() => sleep(random.int(5)));
    if (random.chance(3)) throw randomError(random);
  }

  async fetch(request) {
    const job = new Job({ seed: ++this.count, fuel: 0, port: 0 }, this.env, this.ctx, request);
    if (request.headers.get('upgrade') === 'websocket') return this.accept(job);
    if (job.random.chance(20)) await sleep(job.random.int(8));
    if (job.random.chance(20)) return this.env[this.env.SERVICES[0]].fetch('http://stress.test/?echo=1', request);
    if (job.random.chance(10)) setTimeout(() => { this.count++; }, job.random.int(10));
    return new Response(job.random.chance(50) ? request.body : randomBody(job));
  }

  accept(job) {
    const [client, server] = Object.values(new WebSocketPair());
    if (job.random.chance(50)) this.ctx.acceptWebSocket(server, ['tag']);
    else {
      server.accept();
      server.addEventListener('message', ({ data }) => server.send(data));
      server.addEventListener('close', () => server.close());
    }
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(socket, message) {
    if (this.count++ % 7 === 0) throw new Error('in a socket handler');
    for (const one of this.ctx.getWebSockets('tag')) one.send(message);
  }

  webSocketClose(socket, code) {
    socket.close(code === 1005 || code === 1006 ? 1000 : code);
  }

  add(n) {
    this.count += n;
    return this.count;
  }

  counter(message) {
    return new Counter(new Job(message, this.env, this.ctx, undefined));
  }

  async onward({ depth }) {
    await this.ctx.blockConcurrencyWhile(() => sleep(1));
    return this.env.ROOM.getByName(`r${depth % 3}`).onward({ depth: depth + 1 });
  }

  reset() {
    this.ctx.abort('reset');
  }
}
