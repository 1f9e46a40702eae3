// Black-box runner for the Vercel half: projects with a vercel.json that has `services`. No npm dependencies.
// Usage: run-vercel [--target command|vercel] [--cases DIR]... [--filter RE] [--tag T] [--jobs N] [--verbose]
import fs from "node:fs";
import os from "node:os";
import http from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { differs, show } from "./lib/match.mjs";
import { httpStep, checkHttp } from "./lib/http.mjs";
import { wsConnect } from "./lib/ws.mjs";
import { accepts, descendants, descends, dressForVercel, endLeftovers, freePort, isGone, stage, startServer } from "./lib/server.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const opt = { target: "command", cases: [], filter: null, tags: [], notTags: [], jobs: 1, verbose: false, json: null, list: false, count: false, timeout: 20000, later: null };
const argv = process.argv.slice(2);
while (argv.length) {
  const a = argv.shift();
  if (a === "--target") opt.target = argv.shift();
  else if (a === "--cases") opt.cases.push(argv.shift());
  else if (a === "--filter") opt.filter = new RegExp(argv.shift());
  else if (a === "--tag") opt.tags.push(argv.shift());
  else if (a === "--not-tag") opt.notTags.push(argv.shift());
  else if (a === "--jobs") opt.jobs = Number(argv.shift());
  else if (a === "--timeout") opt.timeout = Number(argv.shift());
  else if (a === "--json") opt.json = argv.shift();
  else if (a === "--later") opt.later = argv.shift();
  else if (a === "--verbose" || a === "-v") opt.verbose = true;
  else if (a === "--list") opt.list = true;
  else if (a === "--help" || a === "-h") {
    console.log(fs.readFileSync(path.join(HERE, "README.md"), "utf8"));
    process.exit(0);
  } else if (!a.startsWith("-")) opt.cases.push(a);
  else {
    console.error("unknown option " + a);
    process.exit(2);
  }
}
if (!["command", "vercel"].includes(opt.target)) {
  console.error("--target must be command or vercel");
  process.exit(2);
}
if (!opt.list && opt.target === "command" && !process.env.ISOLANE_CMD) {
  console.error("target 'command' needs ISOLANE_CMD, e.g. ISOLANE_CMD='build/isolane dev {dir} --port {port}'");
  process.exit(2);
}
if (opt.target === "vercel") process.env.VERCEL_BIN ??= path.join(process.env.PEERS_DIR ?? path.join(HERE, "peers"), "node_modules", "vercel", "dist", "vc.js");
if (!opt.list && opt.target === "vercel" && !fs.existsSync(process.env.VERCEL_BIN)) {
  console.error("target 'vercel' needs npm vercel@64: set VERCEL_BIN to its dist/vc.js, or PEERS_DIR to a folder whose node_modules holds it");
  process.exit(2);
}
if (!opt.cases.length) opt.cases = [path.join(HERE, "cases", "public")];
const upstream = opt.target === "vercel";

// ---------------------------------------------------------------- cases
function findCases(dir) {
  if (fs.existsSync(path.join(dir, "expect.json"))) return [dir];
  const out = [];
  for (const e of fs.readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1)))
    if (e.isDirectory()) out.push(...findCases(path.join(dir, e.name)));
  return out;
}
let cases = opt.cases.flatMap((d) => findCases(path.resolve(d))).map((dir) => {
  const spec = JSON.parse(fs.readFileSync(path.join(dir, "expect.json"), "utf8"));
  return { dir, spec, name: `${path.basename(path.dirname(dir))}/${path.basename(dir)}` };
});
if (opt.filter) cases = cases.filter((c) => opt.filter.test(c.name));
if (opt.tags.length) cases = cases.filter((c) => opt.tags.some((t) => (c.spec.tags ?? []).includes(t)));
if (opt.notTags.length) cases = cases.filter((c) => !opt.notTags.some((t) => (c.spec.tags ?? []).includes(t)));
// Lines of "case  reason": known not to pass. Whoever makes one pass takes its line out.
const later = [];
if (opt.later) {
  const lines = fs.readFileSync(opt.later, "utf8").split("\n").filter((l) => l.trim() && !l.startsWith("#"));
  const reasons = new Map(lines.map((l) => [l.split(/\s+/, 1)[0], l.replace(/^\S+\s*/, "")]));
  for (const name of reasons.keys()) {
    if (findCases(path.join(HERE, "cases")).some((dir) => path.basename(dir) === name)) continue;
    console.error(`${opt.later}: there is no case "${name}"`);
    process.exit(2);
  }
  const reasonOf = (c) => reasons.get(path.basename(c.dir));
  for (const c of cases.filter(reasonOf)) later.push(`later: ${c.name} (${reasonOf(c)})`);
  cases = cases.filter((c) => !reasonOf(c));
}
if (opt.list) {
  for (const c of cases) console.log(`${c.name}\t${c.spec.upstream ?? "same"}\t[${(c.spec.tags ?? []).join(",")}]\t${c.spec.title ?? ""}`);
  process.exit(0);
}

// ---------------------------------------------------------------- helpers
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
function subst(v, vars) {
  if (typeof v === "string") return v.replace(/\{(\w+)\}/g, (m, k) => (k in vars ? vars[k] : m));
  if (Array.isArray(v)) return v.map((x) => subst(x, vars));
  if (v && typeof v === "object") return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, subst(x, vars)]));
  return v;
}
async function until(ms, f) {
  const end = Date.now() + ms;
  for (;;) {
    if (await f()) return true;
    if (Date.now() > end) return false;
    await sleep(50);
  }
}

// The outside world of cases with "origin": true. It answers with what it was asked.
function startOrigin() {
  const server = http.createServer((req, res) => {
    const parts = [];
    req.on("data", (d) => parts.push(d));
    req.on("end", () => {
      if (req.url.startsWith("/hop")) res.writeHead(302, { location: req.url.slice(4) || "/" });
      else res.writeHead(200, { "content-type": "application/json", "x-origin-server": "yes" });
      res.end(JSON.stringify({ origin: true, method: req.method, path: req.url, body: Buffer.concat(parts).toString() }));
    });
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve({ server, port: server.address().port })));
}

async function wsStep(w, port, exp, add) {
  let c;
  try {
    c = await wsConnect({ port, path: w.path ?? "/", headers: w.headers });
  } catch (e) {
    return add("websocket handshake", exp.closed ? null : `websocket failed: ${e.message}`);
  }
  if (exp.closed) return void (c.destroy?.(), add("websocket handshake", c.upgraded ? "upgraded" : c.status === 404 ? null : `answered ${c.status}`));
  if (exp.status !== undefined) add("handshake status", differs(exp.status, c.status, "status"));
  if (!c.upgraded) return add("upgraded", "not upgraded");
  for (const s of w.script ?? []) {
    if (s.send !== undefined) c.send(s.send);
    if (s.sendHex !== undefined) c.sendBinary(s.sendHex);
    if (s.close) c.close(s.close.code, s.close.reason);
    if (s.expectText === undefined && !s.expectHex && !s.expectClose) continue;
    const m = await c.next();
    if (s.expectText !== undefined) add("ws text", m.type === "text" ? differs(s.expectText, m.data, "ws text") : `expected a text message, got ${show(m)}`);
    if (s.expectHex !== undefined) add("ws binary", m.type === "binary" ? differs(s.expectHex, m.data, "ws binary") : `expected a binary message, got ${show(m)}`);
    if (s.expectClose) add("ws close", m.type === "close" ? differs(s.expectClose, { code: m.code, reason: m.reason }, "ws close") : `expected a close, got ${show(m)}`);
  }
  c.destroy();
}

// ---------------------------------------------------------------- a start that must fail
async function failingStart(c, v, results) {
  const label = v.name ?? "start";
  if (upstream && (v.upstream ?? c.spec.upstream ?? "same") !== "same") return void results.push({ step: label, skipped: true });
  const add = (what, fail) => results.push({ step: label, what, fail });
  const dir = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "conformance-vercel-"));
  const port = await freePort();
  try {
    stage(c.dir, dir, { files: { ...c.spec.files, ...v.files }, config: v.config, configText: v.configText });
    if (upstream && v.dress) dressForVercel(dir);
    const s = await startServer({ target: opt.target, dir, port, env: { ...c.spec.env, ...v.env }, timeout: opt.timeout, waitForPort: false });
    const e = await s.exit(v.withinMs ?? (upstream ? 25000 : 8000));
    await sleep(50);
    if (!e) {
      await s.stop();
      return add("gives up by itself", `still running; it printed:\n${s.log().slice(-1500)}`);
    }
    add("exit status 1", differs(1, e.code, "exit status"));
    const lines = s.stderr().split("\n").map((l) => l.trimEnd());
    for (const want of [].concat(v.error ?? []))
      add(`stderr says ${want}`, lines.includes(`Error: ${want}`) ? null : `no line ${show("Error: " + want)} in stderr:\n${s.stderr().slice(-1500)}`);
    for (const re of [].concat(v.errorMatch ?? [])) add(`stderr matches /${re}/`, lines.some((l) => new RegExp(re).test(l)) ? null : `no such line in stderr:\n${s.stderr().slice(-1500)}`);
    add("no port left listening", (await accepts(port)) ? `port ${port} still accepts` : null);
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

// ---------------------------------------------------------------- a case
async function runCase(c) {
  const results = []; // {step, what, fail, skipped}
  if (upstream && (c.spec.upstream ?? "same") !== "same" && !JSON.stringify(c.spec).includes('"upstream":"same"')) return { c, results: [{ step: "case", skipped: true }], log: "" };
  if (c.spec.variants) {
    try {
      for (const v of c.spec.variants) await failingStart(c, v, results);
    } catch (e) {
      results.push({ step: "runner", what: "runner", fail: e.stack });
    }
    return { c, results, log: "" };
  }
  const tmp = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "conformance-vercel-"));
  const origin = c.spec.origin ? await startOrigin() : null;
  const vars = { origin: origin ? `http://127.0.0.1:${origin.port}` : "", originport: String(origin?.port ?? "") };
  const servers = [];
  let stopped = false;
  try {
    for (let n = 1; n <= (c.spec.instances ?? 1); n++) {
      const dir = path.join(tmp, `project${n}`);
      const port = await freePort();
      vars[n === 1 ? "port" : `port${n}`] = String(port);
      stage(c.dir, dir, { files: subst(c.spec.files ?? {}, vars) });
      if (c.spec.origin) {
        const f = path.join(dir, "vercel.json");
        fs.writeFileSync(f, subst(fs.readFileSync(f, "utf8"), { origin: vars.origin }));
      }
      if (upstream) dressForVercel(dir);
      const s = await startServer({ target: opt.target, dir, port, env: subst(c.spec.env ?? {}, vars), timeout: opt.timeout });
      servers.push(s);
      if (!s.listening) {
        results.push({ step: "start", what: "server starts", fail: `not listening: ${show(s.state())}\n${s.log().slice(-2000)}` });
        return { c, results, log: s.log() };
      }
    }
    const runStep = async (raw, i) => {
      const step = subst(raw, vars);
      const label = step.name ?? `step ${i + 1}`;
      if (upstream && (step.upstream ?? c.spec.upstream ?? "same") !== "same") return void results.push({ step: label, skipped: true });
      const server = servers[(step.on ?? 1) - 1];
      const exp = step.expect ?? {};
      const add = (what, fail) => results.push({ step: label, what, fail });
      if (step.delayMs !== undefined) return sleep(step.delayMs);
      if (step.parallel) return void (await Promise.all(step.parallel.map((s, k) => runStep(s, k))));
      if (step.write) {
        for (const [name, text] of Object.entries(step.write)) {
          const f = path.join(server.dir, name);
          fs.mkdirSync(path.dirname(f), { recursive: true });
          let t = text;
          if (name === "vercel.json" && typeof t === "object" && upstream) {
            // The services block stays as the copy has it; only the routing changes.
            t = { ...t, services: JSON.parse(fs.readFileSync(f + ".orig", "utf8")).services };
          }
          fs.writeFileSync(f + ".new", typeof t === "string" ? t : JSON.stringify(t, null, 2) + "\n");
          fs.renameSync(f + ".new", f);
        }
        return;
      }
      if (step.kill !== undefined) {
        const pid = Number(step.kill);
        if (!descends(pid, server.pid)) return add("child to kill", `${step.kill} is not a process of the server under test`);
        process.kill(pid, step.with ?? "SIGKILL");
        return add("child killed", (await until(2000, () => isGone(pid))) ? null : `pid ${pid} lives on`);
      }
      if (step.signal) {
        const family = descendants(server.pid);
        for (const p of exp.gone ?? []) add(`child ${p} runs before`, isGone(Number(p)) ? `no process ${p}` : null);
        server.signal(step.signal);
        const e = await server.exit(exp.withinMs ?? 8000);
        stopped = true;
        if (!e) return add(`ends within ${exp.withinMs ?? 8000} ms`, "still running");
        add("exit status", differs(exp.exit, e.code, "exit status"));
        for (const p of exp.gone ?? []) add(`child ${p} is gone`, (await until(500, () => isGone(Number(p)))) ? null : `pid ${p} lives on`);
        add("port closed", (await accepts(server.port)) ? "still accepts" : null);
        endLeftovers(family);
        return;
      }
      if (step.log) {
        const text = () => (step.log.stream ? server[step.log.stream]() : server.log());
        for (const re of [].concat(step.log.match ?? []))
          add(`log matches /${re}/`, (await until(step.log.withinMs ?? 3000, () => new RegExp(re, "m").test(text()))) ? null : `no such text in the log:\n${text().slice(-1500)}`);
        for (const re of [].concat(step.log.notMatch ?? [])) add(`log does not match /${re}/`, new RegExp(re, "m").test(text()) ? `found in the log:\n${text().slice(-1500)}` : null);
        return;
      }
      if (step.ws) await wsStep(step.ws, server.port, exp, add);
      else {
        const end = Date.now() + (step.eventuallyMs ?? 0);
        for (;;) {
          const got = await httpStep(step.request ?? {}, server.port);
          if (opt.verbose) console.log(`    [${c.name}] ${label}: ${got.error ?? got.status} ${show(got.body)}`);
          const found = [];
          checkHttp(exp, got, (what, fail) => found.push({ step: label, what, fail }));
          if (found.some((f) => f.fail) && Date.now() < end) {
            await sleep(100);
            continue;
          }
          results.push(...found);
          for (const [k, p] of Object.entries(step.save ?? {})) {
            try {
              const v = p === "body" ? got.body : p.split(".").reduce((o, f) => o[f], JSON.parse(got.body));
              if (v === undefined || v === null) throw new Error("nothing there");
              vars[k] = String(v);
            } catch (e) {
              add(`save ${k}`, `no ${p} in ${show(got.body)}`);
            }
          }
          break;
        }
      }
      if (server.state() && !stopped) add("server stays up", `server exited: ${show(server.state())}\n${server.log().slice(-1500)}`);
    };
    if (upstream) for (const s of servers) fs.copyFileSync(path.join(s.dir, "vercel.json"), path.join(s.dir, "vercel.json.orig"));
    for (let i = 0; i < c.spec.steps.length; i++) {
      await runStep(c.spec.steps[i], i);
      if (servers.some((s) => s.state()) && !stopped) break;
    }
  } catch (e) {
    results.push({ step: "runner", what: "runner", fail: e.stack });
  } finally {
    for (const s of servers) await s.stop();
    if (origin) {
      origin.server.closeAllConnections?.();
      origin.server.close();
    }
    fs.rmSync(tmp, { recursive: true, force: true });
  }
  return { c, results, log: servers.map((s) => s.log()).join("\n") };
}

const sum = { cases: 0, casesFailed: 0, casesSkipped: 0, passed: 0, failed: 0, skipped: 0 };
const report = [];
function emit({ c, results, log }) {
  const ran = results.filter((r) => !r.skipped);
  const bad = ran.filter((r) => r.fail);
  const skipped = results.length - ran.length;
  sum.cases++;
  sum.passed += ran.length - bad.length;
  sum.failed += bad.length;
  sum.skipped += skipped;
  if (bad.length) sum.casesFailed++;
  if (!ran.length) sum.casesSkipped++;
  console.log(`${bad.length ? "FAIL" : ran.length ? "PASS" : "SKIP"} ${c.name}  (${ran.length - bad.length}/${ran.length}${skipped ? `, ${skipped} only for isolane` : ""})`);
  for (const r of bad) console.log(`     x ${r.step} :: ${r.what}\n       ${r.fail}`);
  if (opt.verbose && log) console.log(log.trim().split("\n").map((l) => "     | " + l).join("\n"));
  report.push({ name: c.name, tags: c.spec.tags ?? [], results: results.map((r) => ({ step: r.step, what: r.what, ok: !r.fail, skipped: !!r.skipped, message: r.fail ?? undefined })) });
}
for (const sig of ["SIGINT", "SIGTERM"]) process.on(sig, () => process.exit(130));
let next = 0;
let emitted = 0;
const pending = new Map();
await Promise.all(
  Array.from({ length: Math.max(1, opt.jobs) }, async () => {
    for (;;) {
      const i = next++;
      if (i >= cases.length) return;
      pending.set(i, await runCase(cases[i]));
      while (pending.has(emitted)) {
        emit(pending.get(emitted));
        pending.delete(emitted++);
      }
    }
  }),
);
console.log(`\n${sum.cases} cases, ${sum.cases - sum.casesFailed - sum.casesSkipped} clean${sum.casesSkipped ? `, ${sum.casesSkipped} not for this target` : ""}`);
console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped ? `, ${sum.skipped} steps not for this target` : ""}`);
if (opt.json) fs.writeFileSync(opt.json, JSON.stringify({ target: opt.target, summary: sum, cases: report }, null, 1));
process.exit(sum.failed ? 1 : 0);
