#!/usr/bin/env bash
# Edits under load: none of the requests that go on all the time may fail, whatever is edited meanwhile; old versions are
# disposed of; Durable Objects lose nothing that was acknowledged.   EDITS=1000 tests/e2e/reload_load.sh
. tests/e2e/lib.bash
edits=${EDITS:-60}

worker front 'import { version } from "./version.js";
export default { async fetch(request, env, ctx) {
  const { pathname } = new URL(request.url);
  if (pathname === "/count") return env.COUNTER.getByName("c").fetch(request);
  if (pathname === "/task") ctx.waitUntil(scheduler.wait(3));
  if (pathname === "/stream") {
    const { readable, writable } = new IdentityTransformStream();
    ctx.waitUntil((async () => {
      const writer = writable.getWriter();
      for (const part of [version, " ", await (await env.APP.fetch(request)).text()]) {
        await scheduler.wait(1);
        await writer.write(new TextEncoder().encode(String(part)));
      }
      await writer.close();
    })());
    return new Response(readable);
  }
  return new Response(version + " " + await (await env.APP.fetch(request)).text());
} };' '
services = [{ binding = "APP", service = "app" }]
[[durable_objects.bindings]]
name = "COUNTER"
class_name = "Counter"
script_name = "app"
'
write front/version.js 'export const version = 0;'
worker app 'import { DurableObject } from "cloudflare:workers";
import { version } from "./version.js";
const ballast = new Array(2e5).fill(version);
export class Counter extends DurableObject {
  async fetch() {
    const count = (await this.ctx.storage.get("count") ?? 0) + 1;
    await this.ctx.storage.put("count", count);
    return new Response(version + " " + count);
  }
}
export default { async fetch(request) {
  if (request.url.endsWith("/slow")) await scheduler.wait(4);
  return new Response(String(ballast[0]));
} };' '
[[migrations]]
tag = "v1"
new_sqlite_classes = ["Counter"]
'
write app/version.js 'export const version = 0;'

write load.mjs '
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
const [origin, folder, pid, edits] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });
const problems = [];
let requests = 0, acknowledged = 0, over = false;
const seen = { front: 0, app: 0 };
const waiting = [];

function get(path) {
  return new Promise((resolve) => {
    const call = request(origin + path, { agent }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text) => body += text)
          .on("end", () => resolve({ status: response.statusCode, body }))
          .on("error", (error) => resolve({ status: 0, body: String(error) }));
    });
    call.on("error", (error) => resolve({ status: 0, body: String(error) })).end();
  });
}

async function client(path) {
  while (!over) {
    // What begins after a version was seen is answered by that one or a later one.
    const least = { ...seen };
    const { status, body } = await get(path);
    requests++;
    const [front, app] = body.split(" ").map(Number);
    const counts = path === "/count";
    if (counts) acknowledged++;
    if (status !== 200 || Number.isNaN(app) || (!counts && (front < least.front || app < least.app)) ||
        (counts && front < least.app)) {
      problems.push(`${path}: ${status} ${body} (seen: ${JSON.stringify(least)})`);
    }
    if (!counts) {
      seen.front = Math.max(seen.front, front);
      seen.app = Math.max(seen.app, app);
    }
    for (const wake of waiting.splice(0)) wake();
  }
}

const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;

const clients = ["/", "/", "/task", "/stream", "/slow", "/count"].map(client);
const times = [];
let early;
for (let i = 1; i <= edits; i++) {
  const name = i % 2 ? "front" : "app";
  const text = `export const version = ${i};\n`;
  const started = performance.now();
  if (i % 3 === 0) {
    writeFileSync(`${folder}/${name}/.version.js.swp`, text);
    renameSync(`${folder}/${name}/.version.js.swp`, `${folder}/${name}/version.js`);
  } else {
    writeFileSync(`${folder}/${name}/version.js`, text);
  }
  const limit = setTimeout(() => { problems.push(`edit ${i} was not taken in 20 s`); over = true; }, 20_000);
  while (seen[name] < i && !over) await new Promise((resolve) => waiting.push(resolve));
  clearTimeout(limit);
  times.push(performance.now() - started);
  if (i === Math.ceil(edits / 10)) early = memory();
  if (over) break;
}
over = true;
await Promise.all(clients);
const last = await get("/count");
acknowledged++;
agent.destroy();
const late = memory();
times.sort((one, other) => one - other);
console.error(`${requests} requests, ${times.length} edits: median ${times[times.length >> 1].toFixed(1)} ms, ` +
    `95% ${times[Math.floor(times.length * 0.95)].toFixed(1)} ms until served; ` +
    `memory ${early.toFixed(0)} MiB after ${Math.ceil(edits / 10)} edits, ${late.toFixed(0)} MiB at the end`);
console.log(JSON.stringify({ problems: problems.slice(0, 5), edits: times.length, growth: late - early,
    lost: acknowledged - Number(last.body.split(" ")[1]) }));
'

start dev -c "$scratch/front/wrangler.toml" -c "$scratch/app/wrangler.toml" --log-level info
check "both Workers answer" "$(http GET /)" "200 0 0"
result=$(timeout 900 "$node" "$scratch/load.mjs" "$origin" "$scratch" "$server" "$edits")
field() { "$node" -e 'console.log(JSON.stringify(JSON.parse(process.argv[1])[process.argv[2]]))' "$result" "$1"; }
check "no request fails, none is answered by a version older than one that was seen" "$(field problems)" "[[][]]"
check "every edit is served" "$(field edits)" "$edits"
check "Durable Objects have all that was acknowledged" "$(field lost)" 0
# Far less than one version that is kept by each edit would take.
check "memory is flat" "$("$node" -e 'console.log(process.argv[1] < 40)' -- "$(field growth)")" true
stop
check "each edit is told" "$(($(grep -c 'Local server updated and ready' "$scratch/log") >= edits * 9 / 10))" 1
check "nothing else is" "$(grep -cE 'ERROR|WARNING' "$scratch/log")" 0
