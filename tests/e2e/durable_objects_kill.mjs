// A process that is killed loses nothing that it has acknowledged: isolane is killed with SIGKILL at random
// moments, 100 times, while clients store numbers in Durable Objects by put(), SQL and transactions; each time
// it starts again, every answer that a client has got must still be true.
//
//   node tests/e2e/durable_objects_kill.mjs [ROUNDS] [SEED]
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const rounds = Number(process.argv[2] ?? 100);
let seed = Number(process.argv[3] ?? 20261121);
const program = path.resolve(
  process.env.ISOLANE || path.join(path.dirname(fileURLToPath(import.meta.url)), '../../build/isolane'));
const OBJECTS = 4;
const CLIENTS = 8;

function random(below) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
}

const WORKER = `
import { DurableObject } from 'cloudflare:workers';
export class Box extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS t(n INTEGER PRIMARY KEY)');
  }
  async store(n) {
    const { storage } = this.ctx;
    if (n % 3 === 0) {
      await storage.transaction(async (txn) => {
        await txn.put('k' + n, n);
        await scheduler.wait(0);
        storage.sql.exec('INSERT INTO t VALUES (?)', n);
      });
    } else {
      // Of these two both are there, or none. Now and then much is written, so that logs are folded.
      await storage.put('k' + n, n % 20 === 0 ? 'x'.repeat(100000) : n);
      storage.sql.exec('INSERT INTO t VALUES (?)', n);
    }
  }
  async stored() {
    // In parts: a fast machine writes more than an isolate may have in memory.
    const keys = [];
    let startAfter;
    do {
      const part = [...(await this.ctx.storage.list({ startAfter, limit: 100 })).keys()];
      keys.push(...part.map((key) => Number(key.slice(1))));
      startAfter = part.at(-1);
    } while (startAfter !== undefined);
    keys.sort((a, b) => a - b);
    const rows = this.ctx.storage.sql.exec('SELECT n FROM t ORDER BY n').toArray().map(({ n }) => n);
    return { keys, rows, check: this.ctx.storage.sql.exec('PRAGMA quick_check').one().quick_check };
  }
}
export default {
  async fetch(request, env) {
    const [, object, n] = new URL(request.url).pathname.split('/');
    const box = env.BOX.getByName(object);
    if (n === undefined) return Response.json(await box.stored());
    await box.store(Number(n));
    return new Response('stored');
  },
};`;

const CONFIG = `
name = "boxes"
main = "index.js"
compatibility_date = "2026-11-01"
[[durable_objects.bindings]]
name = "BOX"
class_name = "Box"
[[migrations]]
tag = "v1"
new_sqlite_classes = ["Box"]
`;

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'isolane-kill-'));
fs.writeFileSync(path.join(directory, 'index.js'), WORKER);
fs.writeFileSync(path.join(directory, 'wrangler.toml'), CONFIG);

let running;

// Resolves with the process and its port once it is ready.
function start() {
  const child = spawn(program, ['dev', '-c', path.join(directory, 'wrangler.toml'), '--port', '0'], {
    stdio: 'pipe',
    env: { ...process.env, ISOLANE_REGISTRY_PATH: path.join(directory, 'registry') },
  });
  running = child;
  let output = '';
  return new Promise((resolve, reject) => {
    const take = (data) => {
      output += data;
      const ready = /Ready on http:\/\/[^:]*:(\d+)/.exec(output);
      if (ready) resolve({ child, port: Number(ready[1]) });
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('exit', (code) => reject(new Error(`isolane ended with ${code}:\n${output}`)));
  });
}

// The body of a 200; undefined if the connection broke, as it does when the process is killed.
function get(agent, port, target) {
  return new Promise((resolve, reject) => {
    const request = http.get({ agent, port, path: target }, (response) => {
      let body = '';
      response.on('data', (data) => { body += data; });
      response.on('end', () => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`${target}: ${response.statusCode} ${body}`));
      });
      response.on('error', () => resolve(undefined));
    });
    request.on('error', () => resolve(undefined));
  });
}

const acknowledged = Array.from({ length: OBJECTS }, () => []);
let next = 1;
let passed = 0;
const failures = [];

async function check(port, agent) {
  for (let object = 0; object < OBJECTS; object++) {
    const { keys, rows, check } = JSON.parse(await get(agent, port, `/o${object}`));
    const stored = new Set(keys);
    const lost = acknowledged[object].filter((n) => !stored.has(n));
    if (lost.length > 0) failures.push(`o${object} has lost ${lost.length} acknowledged numbers: ${lost.slice(0, 5)}`);
    if (keys.join() !== rows.join()) failures.push(`o${object}: keys and rows are not the same`);
    if (check !== 'ok') failures.push(`o${object}: ${check}`);
  }
}

async function client(port, agent) {
  for (;;) {
    const n = next++;
    const object = n % OBJECTS;
    const answer = await get(agent, port, `/o${object}/${n}`);
    if (answer === undefined) return;
    acknowledged[object].push(n);
  }
}

try {
  for (let round = 0; round <= rounds; round++) {
    const { child, port } = await start();
    const ended = new Promise((resolve) => child.removeAllListeners('exit').on('exit', resolve));
    const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
    const before = failures.length;
    await check(port, agent);
    if (failures.length === before) passed++;
    if (round < rounds) {
      const clients = Array.from({ length: CLIENTS }, () => client(port, agent));
      setTimeout(() => child.kill('SIGKILL'), 1 + random(80));
      await Promise.all(clients);
    } else {
      child.kill('SIGKILL');
    }
    await ended;
    agent.destroy();
  }
} catch (error) {
  failures.push(error.stack);
} finally {
  running?.kill('SIGKILL');
}
const total = acknowledged.reduce((sum, all) => sum + all.length, 0);
if (total < rounds) failures.push('hardly anything was acknowledged');
for (const failure of failures) console.log(failure);
console.log(`${total} answers, killed ${rounds} times`);
fs.rmSync(directory, { recursive: true, force: true });
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
