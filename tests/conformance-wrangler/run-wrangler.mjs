// Black-box runner for configuration and dev behaviour. No npm dependencies. See README.md.
import fs from "node:fs";
import os from "node:os";
import net from "node:net";
import http from "node:http";
import path from "node:path";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { wsConnect } from "./lib/ws.mjs";
import { exchange, checkHttp } from "./lib/http.mjs";
import { watchNetwork } from "./lib/net-watch.mjs";
import { differs, show, plain, textFails, textLabel, isNegative } from "./lib/match.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const opt = { target: process.env.ISOLANE_CMD ? "command" : "wrangler", cases: [], filter: null, tags: [], notTags: [], jobs: 1, timeout: 20000, verbose: false, json: null, list: false, keep: false, later: null };
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
  else if (a === "--verbose" || a === "-v") opt.verbose = true;
  else if (a === "--list") opt.list = true;
  else if (a === "--later") opt.later = argv.shift();
  else if (a === "--keep") opt.keep = true;
  else if (a === "--help" || a === "-h") {
    console.log(fs.readFileSync(path.join(HERE, "README.md"), "utf8"));
    process.exit(0);
  } else if (!a.startsWith("-")) opt.cases.push(a);
  else {
    console.error("unknown option " + a);
    process.exit(2);
  }
}
if (!["wrangler", "command"].includes(opt.target)) {
  console.error("--target must be wrangler or command");
  process.exit(2);
}
if (opt.target === "command" && !process.env.ISOLANE_CMD && !opt.list) {
  console.error("target 'command' needs ISOLANE_CMD, e.g. ISOLANE_CMD='build/isolane dev {c_configs} {args} --port {port}'");
  process.exit(2);
}
// Every case runs in a folder of its own: a command given relative to here is made absolute.
if (process.env.ISOLANE_CMD) {
  const [first] = process.env.ISOLANE_CMD.trim().split(/\s+/, 1);
  if (first.includes("/") && !path.isAbsolute(first) && fs.existsSync(first)) process.env.ISOLANE_CMD = path.resolve(first) + process.env.ISOLANE_CMD.trim().slice(first.length);
}
if (!opt.cases.length) opt.cases = [path.join(HERE, "cases", "public"), path.join(HERE, "cases", "held")].filter((d) => fs.existsSync(d));

function findWrangler() {
  const peers = process.env.PEERS_DIR ?? path.join(HERE, "peers");
  for (const base of [path.join(peers, "node_modules"), peers]) {
    const p = path.join(base, "wrangler", "bin", "wrangler.js");
    if (fs.existsSync(p)) return path.resolve(p);
  }
  console.error("wrangler not found: set PEERS_DIR to a folder whose node_modules holds wrangler (npm install wrangler@4.164.0)");
  process.exit(2);
}
const WRANGLER = opt.target === "wrangler" && !opt.list ? findWrangler() : null;

// ---------------------------------------------------------------- cases
function findCases(dir) {
  if (fs.existsSync(path.join(dir, "expect.json"))) return [dir];
  return fs.readdirSync(dir, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name).sort().flatMap((n) => findCases(path.join(dir, n)));
}
let cases = opt.cases.flatMap((d) => findCases(path.resolve(d))).map((dir) => {
  let spec;
  try {
    spec = JSON.parse(fs.readFileSync(path.join(dir, "expect.json"), "utf8"));
  } catch (e) {
    console.error(`${dir}/expect.json: ${e.message}`);
    process.exit(2);
  }
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
  for (const c of cases) console.log(`${c.name}\t[${(c.spec.tags ?? []).join(",")}]\t${c.spec.title ?? ""}`);
  process.exit(0);
}

// ---------------------------------------------------------------- helpers
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
const given = new Set(); // no port is handed out twice in one run
function freePort() {
  return new Promise((resolve, reject) => {
    const s = net.createServer();
    s.on("error", reject);
    s.listen(0, "127.0.0.1", () => {
      const p = s.address().port;
      s.close(() => (given.has(p) ? resolve(freePort()) : (given.add(p), resolve(p))));
    });
  });
}
const accepts = (port, host = "127.0.0.1") =>
  new Promise((r) => {
    const s = net.connect(port, host);
    s.on("connect", () => (s.destroy(), r(true)));
    s.on("error", () => r(false));
  });
function occupy(port) {
  const servers = ["127.0.0.1", "::1"].map(
    (host) =>
      new Promise((r) => {
        const s = net.createServer((c) => c.end());
        s.on("error", () => r(null));
        s.listen(port, host, () => r(s));
      }),
  );
  return Promise.all(servers).then((l) => () => l.forEach((s) => s?.close()));
}
function subst(v, vars) {
  if (typeof v === "string") return v.replace(/\{(port|otherport|dir|origin|originport|trap)\}/g, (_, k) => vars[k]);
  if (Array.isArray(v)) return v.map((x) => subst(x, vars));
  if (v && typeof v === "object") return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, subst(x, vars)]));
  return v;
}
const text = (t) => (Array.isArray(t) ? t.join("\n") + "\n" : t);
const shellQuote = (s) => (/^[\w@%+=:,./-]+$/.test(s) ? s : "'" + s.replace(/'/g, "'\\''") + "'");

// A small origin for custom builds, upstreams and the like; and a proxy trap that counts who calls it.
function startOrigin() {
  const log = [];
  const server = http.createServer((req, res) => {
    log.push(`${req.method} ${req.url}`);
    const b = [];
    req.on("data", (d) => b.push(d));
    req.on("end", () => {
      res.setHeader("content-type", "application/json");
      res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers, body: Buffer.concat(b).toString() }));
    });
  });
  server.on("connect", (req, sock) => (log.push(`CONNECT ${req.url}`), sock.on("error", () => {}), sock.end("HTTP/1.1 502 Bad Gateway\r\n\r\n")));
  server.unref();
  return new Promise((r) => server.listen(0, "127.0.0.1", () => r({ port: server.address().port, log, close: () => (server.closeAllConnections?.(), server.close()) })));
}

// ---------------------------------------------------------------- the server under test
const living = new Set();
process.on("exit", () => living.forEach((kill) => kill("SIGKILL")));
for (const sig of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(sig, () => process.exit(130));

function baseEnv(tmp) {
  const env = { ...process.env };
  for (const k of Object.keys(env)) if (/^(CLOUDFLARE_|WRANGLER_|MINIFLARE_|NODE_ENV$|FORCE_COLOR$|XDG_|HTTPS?_PROXY$|https?_proxy$|npm_)/.test(k)) delete env[k];
  const home = path.join(tmp, "home");
  fs.mkdirSync(home, { recursive: true });
  Object.assign(env, { HOME: home, CI: "1", NO_COLOR: "1", WRANGLER_REGISTRY_PATH: path.join(tmp, "registry"), MINIFLARE_REGISTRY_PATH: path.join(tmp, "registry") });
  if (opt.target === "wrangler") Object.assign(env, { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" });
  return env;
}

function launch(run, port, tmp, vars) {
  // run: {configs, args, env, port: "flag"|"zero"|"none", cwd}
  const cwd = path.join(vars.dir, run.cwd ?? ".");
  const configs = run.configs ?? [];
  const args = subst(run.args ?? [], vars);
  const env = baseEnv(tmp);
  for (const [k, v] of Object.entries(subst(run.env ?? {}, vars))) v === null ? delete env[k] : (env[k] = v);
  const portText = run.port === "zero" ? "0" : String(port);
  let child;
  if (opt.target === "wrangler") {
    const list = ["dev", ...configs.flatMap((c) => ["-c", c]), ...args, ...(run.port === "none" ? [] : ["--port", portText]), "--inspector-port", "0"];
    child = spawn(process.env.WRANGLER_NODE ?? process.execPath, ["--no-warnings", WRANGLER, ...list], { stdio: ["ignore", "pipe", "pipe"], cwd, env, detached: true });
  } else {
    let cmd = process.env.ISOLANE_CMD;
    if (run.port === "none") cmd = cmd.replace(/(--port|-p)[ =]\{port\}/g, "");
    cmd = cmd
      .replaceAll("{c_configs}", configs.map((p) => "-c " + shellQuote(p)).join(" "))
      .replaceAll("{config}", configs.length ? shellQuote(configs[0]) : "")
      .replaceAll("{args}", args.map(shellQuote).join(" "))
      .replaceAll("{port}", portText)
      .replaceAll("{dir}", shellQuote(cwd));
    child = spawn("/bin/sh", ["-c", "exec " + cmd], { stdio: ["ignore", "pipe", "pipe"], cwd, env: { ...env, PWD: cwd }, detached: true });
  }
  const kill = (sig) => {
    try {
      process.kill(-child.pid, sig);
    } catch {}
  };
  const s = { child, kill, state: null, all: "", out: "", err: "", port };
  child.stdout.on("data", (d) => ((s.all += d), (s.out += d)));
  child.stderr.on("data", (d) => ((s.all += d), (s.err += d)));
  child.on("error", (e) => ((s.all += String(e)), (s.state ??= { code: null, sig: String(e) })));
  living.add(kill);
  s.exited = new Promise((r) => child.on("close", (code, sig) => ((s.state = { code, sig }), living.delete(kill), r(s.state))));
  s.end = async (sig = "SIGTERM", graceMs = 3000) => {
    if (!s.state) {
      kill(sig);
      const k = setTimeout(() => kill("SIGKILL"), graceMs);
      await s.exited;
      clearTimeout(k);
    }
    kill("SIGKILL"); // what a stopped leader left behind in its group
  };
  return s;
}
// Waits until the server listens (true) or gave up (false).
async function listening(s, mode) {
  const deadline = Date.now() + opt.timeout;
  for (;;) {
    if (s.state) return false;
    if (mode === "zero") {
      const m = /Ready on https?:\/\/(?:\[[^\]]*\]|[^\s:/]+):(\d+)/.exec(plain(s.all));
      if (m) s.port = Number(m[1]);
    }
    if ((mode !== "zero" || s.port) && (await accepts(s.port))) return true;
    if (Date.now() > deadline) return false;
    await sleep(25);
  }
}

// ---------------------------------------------------------------- one case
async function runCase(c) {
  const { spec } = c;
  const results = []; // {step, what, fail, skipped}
  const upstream = opt.target === "wrangler";
  if (upstream && spec.upstream === "differs" && !spec.upstreamStart) return { c, results: [{ step: "case", what: spec.why ?? "differs", skipped: true }], log: "" };
  const tmp = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "isolane-wr-"));
  const dir = path.join(tmp, "project");
  fs.cpSync(c.dir, dir, { recursive: true });
  fs.rmSync(path.join(dir, "expect.json"));
  // A folder named node_modules is ignored by most version control set-ups: cases keep it as _node_modules.
  const rename = (d) => {
    for (const e of fs.readdirSync(d, { withFileTypes: true })) {
      const p = path.join(d, e.name);
      if (e.isDirectory()) rename(p);
      if (e.name === "_node_modules") fs.renameSync(p, path.join(d, "node_modules"));
      if (e.name.startsWith("_dot_")) fs.renameSync(p, path.join(d, "." + e.name.slice(5)));
    }
  };
  rename(dir);
  const origin = spec.origin || spec.trap ? await startOrigin() : null;
  const vars = { port: await freePort(), otherport: await freePort(), dir, originport: origin?.port ?? "", origin: origin ? `http://127.0.0.1:${origin.port}` : "", trap: origin ? `http://127.0.0.1:${origin.port}` : "" };
  for (const f of spec.templates ?? []) fs.writeFileSync(path.join(dir, f), fs.readFileSync(path.join(dir, f), "utf8").replace(/\{\{(\w+)\}\}/g, (_, k) => vars[k] ?? `{{${k}}}`));
  for (const [f, hex] of Object.entries(spec.binaryFiles ?? {})) {
    fs.mkdirSync(path.dirname(path.join(dir, f)), { recursive: true });
    fs.writeFileSync(path.join(dir, f), Buffer.from(hex.replace(/\s/g, ""), "hex"));
  }
  for (const d of spec.emptyDirs ?? []) fs.mkdirSync(path.join(dir, d), { recursive: true });

  let s, release, stopWatch;
  const also = [];
  let full = ""; // output of earlier runs of this case
  const logs = () => plain(full + (s?.all ?? ""));
  const marks = {};
  const add = (step, what, fail) => results.push({ step, what, fail: fail || null });
  const runSpec = { configs: spec.configs ?? ["wrangler.toml"], args: spec.args, env: { ...(spec.env ?? {}), ...(spec.trap ? { HTTP_PROXY: "{trap}", HTTPS_PROXY: "{trap}", http_proxy: "{trap}", https_proxy: "{trap}", CLOUDFLARE_CF_FETCH_ENABLED: null } : {}) }, port: spec.port ?? "flag", cwd: spec.cwd };

  async function checkOutput(step, items, waitMs, read) {
    const list = (items ?? []).map((i) => subst(i, vars));
    const todo = [];
    for (const i of list) {
      if (upstream && i.upstream === "differs") {
        if (i.upstreamItem === undefined) results.push({ step, what: textLabel(i), skipped: true, why: i.why });
        else todo.push(i.upstreamItem);
      } else todo.push(i);
    }
    const deadline = Date.now() + waitMs;
    while (Date.now() < deadline && !s.state && todo.some((i) => !isNegative(i) && textFails(i, read()))) await sleep(50);
    for (const i of todo) {
      const f = textFails(i, read());
      add(step, textLabel(i), f && `${f}\n       --- output was:\n${read().slice(-3000).replace(/^/gm, "       | ")}`);
    }
  }
  async function attempt(step, exp) {
    const found = [];
    const got = await exchange(step.request ?? {}, step.request?.port ? Number(step.request.port) : s.port);
    if (opt.verbose) console.log(`    [${c.name}] ${step.request?.method ?? "GET"} ${step.request?.path ?? "/"}: ${got.error ?? got.status} ${show(got.headers?.location)} ${show(got.body)}`);
    checkHttp(exp, got, (what, fail) => found.push({ what, fail }));
    return found;
  }
  async function runStep(raw, n) {
    const step = subst(raw, vars);
    const label = step.name ?? `step ${n}`;
    const skip = upstream && step.upstream === "differs" && step.upstreamExpect === undefined && step.upstreamOutput === undefined;
    if (step.delayMs !== undefined) await sleep(step.delayMs);
    if (step.mark) marks[step.mark] = logs().length;
    for (const [f, t] of Object.entries(step.write ?? {})) {
      const p = path.join(dir, f);
      fs.mkdirSync(path.dirname(p), { recursive: true });
      if (step.atomic) {
        fs.writeFileSync(p + ".tmp~", text(t));
        fs.renameSync(p + ".tmp~", p);
      } else fs.writeFileSync(p, text(t));
    }
    if (step.edit) {
      const p = path.join(dir, step.edit.file);
      const before = fs.readFileSync(p, "utf8");
      const after = before.replace(step.edit.replace, () => step.edit.with);
      if (before === after) throw new Error(`edit of ${step.edit.file} changed nothing`);
      fs.writeFileSync(p, after);
    }
    for (const f of [].concat(step.remove ?? [])) fs.rmSync(path.join(dir, f), { recursive: true });
    if (step.parallel) await Promise.all(step.parallel.map((x, k) => runStep(x, `${n}.${k + 1}`)));
    if (step.start) {
      const o = { ...step.start, port: "flag" };
      const p = await freePort();
      const peer = launch(o, p, tmp, vars);
      also.push(peer);
      const ok = await listening(peer, "flag");
      add(label, "second server starts", ok ? null : `it did not listen; exit ${show(peer.state)}\n${plain(peer.all).slice(-2000)}`);
      vars.otherport = p;
    }
    if (step.restart) {
      await s.end();
      full += s.all;
      s = launch({ ...runSpec, ...step.restart }, s.port, tmp, vars);
      const ok = await listening(s, "flag");
      add(label, "restarts", ok ? null : `it did not listen; exit ${show(s.state)}\n${plain(s.all).slice(-2000)}`);
    }
    if (step.request) {
      const exp = upstream && step.upstream === "differs" ? (step.upstreamExpect ?? {}) : (step.expect ?? {});
      const deadline = Date.now() + (step.poll ?? 0);
      let found;
      for (;;) {
        found = await attempt(step, exp);
        if (!found.some((f) => f.fail) || Date.now() >= deadline || s.state) break;
        await sleep(150);
      }
      if (skip) results.push({ step: label, what: "request", skipped: true, why: step.why });
      else found.forEach((f) => add(label, f.what, f.fail));
    }
    if (step.ws) {
      let conn;
      try {
        conn = await wsConnect({ port: s.port, path: step.ws.path ?? "/", headers: step.ws.headers });
        if (step.expect?.status !== undefined) add(label, "handshake status", differs(step.expect.status, conn.status, "status"));
        for (const x of conn.upgraded ? (step.ws.script ?? []) : []) {
          if (x.send !== undefined) conn.send(x.send);
          if (x.expectText !== undefined) {
            const m = await conn.next();
            add(label, "ws text", m.type === "text" ? differs(x.expectText, m.data, "ws text") : `expected a text message, got ${show(m)}`);
          }
        }
        conn.destroy?.();
      } catch (e) {
        add(label, "websocket connects", e.message);
      }
    }
    if (step.output) {
      const from = step.since ? (marks[step.since] ?? 0) : 0;
      const items = upstream && step.upstream === "differs" ? step.upstreamOutput : step.output;
      if (items) await checkOutput(label, items, step.poll ?? 5000, () => logs().slice(from));
      else results.push({ step: label, what: "output", skipped: true, why: step.why });
    }
    if (step.file) {
      const p = path.join(dir, step.file.path);
      const exists = fs.existsSync(p);
      add(label, `${step.file.path} ${step.file.exists === false ? "is absent" : "exists"}`, exists === (step.file.exists ?? true) ? null : `it ${exists ? "exists" : "does not exist"}`);
      if (exists && step.file.match) add(label, `${step.file.path} matches /${step.file.match}/`, differs({ $match: step.file.match }, fs.readFileSync(p, "utf8"), step.file.path));
    }
    if (step.trapped !== undefined) {
      const seen = [...origin.log, ...(stopWatch?.() ?? [])];
      const want = upstream && step.upstreamTrapped ? step.upstreamTrapped : step.trapped;
      add(label, want === "some" ? "uses the network" : "no use of the network", (want === "some") === seen.length > 0 ? null : `saw ${show(seen)}`);
    }
    if (step.signal) {
      const t0 = Date.now();
      s.kill(step.signal);
      const e = await Promise.race([s.exited, sleep(step.withinMs ?? 8000).then(() => null)]);
      if (!e) add(label, `exits after ${step.signal}`, `still running after ${Date.now() - t0} ms`);
      else if (skip) results.push({ step: label, what: "exit", skipped: true, why: step.why });
      else add(label, `exit code after ${step.signal}`, differs(upstream && step.upstreamExpect ? step.upstreamExpect.exit : step.exit, e.code ?? e.sig, "exit code"));
      if (step.portFree) add(label, "port is free again", (await accepts(s.port)) ? `port ${s.port} still accepts` : null);
    } else if (s.state && step.stopped === undefined && !step.mayExit) add(label, "server stays up", `server exited: ${show(s.state)}\n${plain(s.all).slice(-1500)}`);
    if (step.stopped !== undefined) {
      const e = await Promise.race([s.exited, sleep(step.poll ?? 8000).then(() => null)]);
      if (skip) results.push({ step: label, what: "stopped", skipped: true, why: step.why });
      else add(label, "process ends", e ? differs(step.stopped, e.code, "exit code") : "still running");
    }
  }

  try {
    if (spec.occupy) release = await occupy(vars.port);
    s = launch(runSpec, runSpec.port === "zero" ? 0 : vars.port, tmp, vars);
    if (spec.trap) stopWatch = watchNetwork(s.child.pid);
    const start = (upstream && spec.upstreamStart) || (spec.start ?? "ok");
    if (start === "fail") {
      const e = await Promise.race([s.exited, sleep(opt.timeout).then(() => null)]);
      add("startup", "startup fails", e ? null : `the server is still running\n${plain(s.all).slice(-2000)}`);
      if (e) add("startup", "exit code", differs(spec.exitCode ?? 1, e.code, "exit code"));
    } else if (start === "ok") {
      const ok = await listening(s, runSpec.port);
      add("startup", "server starts", ok ? null : `it did not listen; exit ${show(s.state)}\n${plain(s.all).slice(-2500).replace(/^/gm, "       | ")}`);
      if (!ok) return { c, results, log: logs() };
    }
    if (upstream && spec.upstreamStart && spec.upstreamStart !== (spec.start ?? "ok")) {
      await checkOutput("startup", spec.upstreamOutput ?? [], 5000, logs);
      results.push({ step: "case", what: spec.why ?? "differs", skipped: true });
    } else {
      let n = 0;
      for (const st of spec.steps ?? []) await runStep(st, ++n);
      await checkOutput("output", spec.output, 5000, logs);
    }
  } catch (e) {
    add("runner", "runner", e.stack);
  } finally {
    stopWatch?.();
    await s?.end();
    for (const p of also) await p.end();
    release?.();
    origin?.close();
    if (opt.keep) console.log(`    kept ${tmp}`);
    else fs.rmSync(tmp, { recursive: true, force: true, maxRetries: 5 });
  }
  return { c, results, log: logs() };
}

// ---------------------------------------------------------------- all cases
const sum = { cases: 0, casesFailed: 0, casesDiffer: 0, passed: 0, failed: 0, notCompared: 0 };
const report = [];
function emit({ c, results, log }) {
  const done = results.filter((r) => !r.skipped);
  const bad = done.filter((r) => r.fail);
  const skipped = results.length - done.length;
  sum.cases++;
  sum.passed += done.length - bad.length;
  sum.failed += bad.length;
  sum.notCompared += skipped;
  if (bad.length) sum.casesFailed++;
  if (!done.length) sum.casesDiffer++;
  console.log(`${bad.length ? "FAIL" : done.length ? "PASS" : "DIFF"} ${c.name}  (${done.length - bad.length}/${done.length}${skipped ? `, ${skipped} not compared: upstream differs` : ""})`);
  for (const r of bad) console.log(`     x ${r.step} :: ${r.what}\n       ${r.fail}`);
  if (opt.verbose && log) console.log(log.trim().split("\n").map((l) => "     | " + l).join("\n"));
  report.push({ name: c.name, tags: c.spec.tags ?? [], results: results.map((r) => ({ step: r.step, what: r.what, ok: !r.fail && !r.skipped, skipped: !!r.skipped, message: r.fail ?? undefined })) });
}
let next = 0;
const pending = new Map();
let emitted = 0;
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
console.log(`\n${sum.cases} cases, ${sum.cases - sum.casesFailed - sum.casesDiffer} clean, ${sum.casesFailed} failed, ${sum.casesDiffer} not compared; ${sum.notCompared} assertions not compared (upstream differs)`);
for (const line of later) console.log(line);
console.log(`${sum.passed} passed, ${sum.failed} failed`);
if (opt.json) fs.writeFileSync(opt.json, JSON.stringify({ target: opt.target, summary: sum, cases: report }, null, 1));
process.exit(sum.failed ? 1 : 0);
