// Black-box conformance runner for service bindings. No npm dependencies.
// Usage: node run-conformance.mjs [options] [CASE-DIR ...]; the options are in README.md, printed by --help.
import fs from "node:fs";
import os from "node:os";
import net from "node:net";
import http from "node:http";
import path from "node:path";
import zlib from "node:zlib";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { toCapnp } from "./lib/workerd-config.mjs";
import { wsConnect } from "./lib/ws.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const opt = { target: "workerd", cases: [], filter: null, tags: [], notTags: [], jobs: 1, verbose: false, json: null, keep: false, list: false, later: false, timeout: 20000 };
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
  else if (a === "--later") opt.later = true;
  else if (a === "--dump-config") opt.dump = true;
  else if (a === "--help" || a === "-h") {
    console.log(fs.readFileSync(path.join(HERE, "README.md"), "utf8"));
    process.exit(0);
  } else if (!a.startsWith("-")) opt.cases.push(a);
  else {
    console.error("unknown option " + a);
    process.exit(2);
  }
}
if (!["workerd", "command"].includes(opt.target)) {
  console.error("--target must be workerd or command");
  process.exit(2);
}
if (opt.target === "command" && !process.env.ISOLANE_CMD) {
  console.error("target 'command' needs ISOLANE_CMD, e.g. ISOLANE_CMD='isolane serve {configs} --port {port}'");
  process.exit(2);
}
if (!opt.cases.length) opt.cases = [path.join(HERE, "cases", "public")];

function findWorkerd() {
  if (process.env.WORKERD_BIN) return process.env.WORKERD_BIN;
  const peers = process.env.PEERS_DIR ?? path.join(HERE, "peers");
  const arch = process.arch === "arm64" ? "arm64" : "64";
  for (const base of [path.join(peers, "node_modules"), peers]) {
    const p = path.join(base, "@cloudflare", `workerd-linux-${arch}`, "bin", "workerd");
    if (fs.existsSync(p)) return p;
  }
  console.error("workerd not found: set WORKERD_BIN, or PEERS_DIR to a folder whose node_modules holds workerd");
  process.exit(2);
}
const WORKERD = opt.target === "workerd" ? findWorkerd() : null;

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
  const set = path.basename(path.dirname(dir));
  return { dir, spec, name: `${set}/${path.basename(dir)}` };
});
if (opt.filter) cases = cases.filter((c) => opt.filter.test(c.name));
const tagged = (c, tags) => tags.some((t) => (c.spec.tags ?? []).includes(t));
const selected = (c) => (!opt.tags.length || tagged(c, opt.tags)) && !tagged(c, opt.notTags);
const later = cases.filter((c) => !selected(c));
cases = cases.filter(selected);
if (opt.list) {
  for (const c of cases) console.log(`${c.name}\t[${(c.spec.tags ?? []).join(",")}]\t${c.spec.title ?? ""}`);
  process.exit(0);
}

// ---------------------------------------------------------------- helpers
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
function freePort() {
  return new Promise((resolve, reject) => {
    const s = net.createServer();
    s.on("error", reject);
    s.listen(0, "127.0.0.1", () => {
      const p = s.address().port;
      s.close(() => resolve(p));
    });
  });
}
function subst(v, vars) {
  if (typeof v === "string") return v.replace(/\{(port|origin|originport)\}/g, (_, k) => vars[k]);
  if (Array.isArray(v)) return v.map((x) => subst(x, vars));
  if (v && typeof v === "object") return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, subst(x, vars)]));
  return v;
}
const show = (v) => {
  const s = typeof v === "string" ? JSON.stringify(v) : JSON.stringify(v);
  return s === undefined ? "undefined" : s.length > 600 ? s.slice(0, 600) + "…" : s;
};
// Deep comparison with matchers: {"$match":re} {"$type":t} {"$gte":n} {"$lte":n} {"$any":true} {"$oneOf":[..]} {"$absent":true}
function differs(exp, got, at = "") {
  if (exp && typeof exp === "object" && !Array.isArray(exp)) {
    const keys = Object.keys(exp);
    if (keys.some((k) => k.startsWith("$"))) {
      for (const k of keys) {
        const e = exp[k];
        if (k === "$match" && !(typeof got === "string" && new RegExp(e, "s").test(got))) return `${at}: ${show(got)} does not match /${e}/`;
        if (k === "$notMatch" && typeof got === "string" && new RegExp(e, "s").test(got)) return `${at}: ${show(got)} must not match /${e}/`;
        if (k === "$type" && (got === null ? "null" : Array.isArray(got) ? "array" : typeof got) !== e) return `${at}: ${show(got)} is not of type ${e}`;
        if (k === "$gte" && !(got >= e)) return `${at}: ${show(got)} is not >= ${e}`;
        if (k === "$lte" && !(got <= e)) return `${at}: ${show(got)} is not <= ${e}`;
        if (k === "$any" && got === undefined) return `${at}: missing`;
        if (k === "$absent" && got !== undefined) return `${at}: expected absent, got ${show(got)}`;
        if (k === "$oneOf" && !e.some((x) => !differs(x, got, at))) return `${at}: ${show(got)} is none of ${show(e)}`;
        if (k === "$subset") {
          for (const s of Object.keys(e)) {
            const d = differs(e[s], got?.[s], `${at}.${s}`);
            if (d) return d;
          }
        }
      }
      return null;
    }
    if (!got || typeof got !== "object" || Array.isArray(got)) return `${at}: expected ${show(exp)}, got ${show(got)}`;
    for (const k of keys) {
      const d = differs(exp[k], got[k], at ? `${at}.${k}` : k);
      if (d) return d;
    }
    for (const k of Object.keys(got)) if (!(k in exp)) return `${at ? at + "." : ""}${k}: unexpected key (value ${show(got[k])})`;
    return null;
  }
  if (Array.isArray(exp)) {
    if (!Array.isArray(got)) return `${at}: expected ${show(exp)}, got ${show(got)}`;
    if (got.length !== exp.length) return `${at}: expected ${show(exp)}, got ${show(got)}`;
    for (let k = 0; k < exp.length; k++) {
      const d = differs(exp[k], got[k], `${at}[${k}]`);
      if (d) return d;
    }
    return null;
  }
  return Object.is(exp, got) ? null : `${at}: expected ${show(exp)}, got ${show(got)}`;
}

// ---------------------------------------------------------------- a tiny origin server for cases with "origin": true
function startOrigin() {
  const st = { inflight: 0, max: 0, count: 0, aborted: {}, log: [] };
  const server = http.createServer((req, res) => {
    const u = new URL(req.url, "http://origin");
    const ctl = (o) => {
      res.setHeader("content-type", "application/json");
      res.end(JSON.stringify(o));
    };
    if (u.pathname === "/__stats") return ctl({ max: st.max, count: st.count, log: st.log, aborted: st.aborted });
    st.count++;
    st.inflight++;
    st.max = Math.max(st.max, st.inflight);
    st.log.push(`${req.method} ${req.url}`);
    let done = false;
    const fin = () => {
      if (!done) {
        done = true;
        st.inflight--;
      }
    };
    res.on("finish", fin);
    res.on("close", () => {
      if (!res.writableFinished) st.aborted[u.searchParams.get("id") ?? req.url] = true;
      fin();
    });
    if (u.pathname === "/redirect") {
      res.writeHead(Number(u.searchParams.get("status") ?? 302), { location: u.searchParams.get("to") });
      return res.end("redirecting");
    }
    if (u.pathname === "/slow") return void setTimeout(() => res.end("slow:" + (u.searchParams.get("id") ?? "")), Number(u.searchParams.get("ms") ?? 300));
    if (u.pathname === "/hang") return;
    const parts = [];
    req.on("data", (d) => parts.push(d));
    req.on("end", () => {
      res.setHeader("x-origin-server", "yes");
      ctl({ method: req.method, url: req.url, headers: req.headers, body: Buffer.concat(parts).toString() });
    });
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve({ server, port: server.address().port })));
}

// ---------------------------------------------------------------- HTTP step
function httpStep(r, port) {
  return new Promise((resolve) => {
    const t0 = Date.now();
    let body = r.body;
    if (r.bodyRepeat) body = r.bodyRepeat.text.repeat(r.bodyRepeat.count);
    if (body && typeof body === "object") body = JSON.stringify(body);
    const headers = { host: `127.0.0.1:${port}`, connection: "close", ...(r.headers ?? {}) };
    if (body !== undefined && !r.chunks) headers["content-length"] ??= Buffer.byteLength(body);
    for (const k of Object.keys(headers)) if (headers[k] === null) delete headers[k];
    const req = http.request({ host: "127.0.0.1", port, method: r.method ?? "GET", path: r.path ?? "/", headers, agent: false });
    let settled = false;
    const done = (v) => {
      if (settled) return;
      settled = true;
      clearTimeout(t);
      resolve({ ...v, ms: Date.now() - t0 });
    };
    const t = setTimeout(() => {
      req.destroy();
      done({ error: "timeout" });
    }, r.timeoutMs ?? 15000);
    req.on("error", (e) => done({ error: e.code ?? e.message }));
    req.on("response", (res) => {
      const b = [];
      const times = [];
      const mk = (extra) => ({ status: res.statusCode, statusText: res.statusMessage, headers: res.headers, rawHeaders: res.rawHeaders, buffer: Buffer.concat(b), body: Buffer.concat(b).toString(), chunkTimes: times, ...extra });
      res.on("data", (d) => {
        b.push(d);
        times.push(Date.now() - t0);
        if (r.abortAfterBytes !== undefined && Buffer.concat(b).length >= r.abortAfterBytes) {
          req.destroy();
          done(mk({ aborted: "client" }));
        }
      });
      res.on("end", () => done(mk({ truncated: !res.complete })));
      res.on("aborted", () => done(mk({ truncated: true })));
      res.on("error", () => done(mk({ truncated: true })));
    });
    if (r.abortAfterMs !== undefined)
      setTimeout(() => {
        // "reset" sends a TCP RST, which no server can mistake for a half-close.
        if (r.abortWith === "reset" && req.socket?.resetAndDestroy) req.socket.resetAndDestroy();
        req.destroy();
        done({ aborted: "client" });
      }, r.abortAfterMs);
    if (r.chunks) {
      (async () => {
        req.flushHeaders();
        for (const c of r.chunks) {
          if (c.delayMs) await sleep(c.delayMs);
          if (req.destroyed) return;
          if (c.data !== undefined) req.write(c.repeat ? c.data.repeat(c.repeat) : c.data);
        }
        if (!r.noEnd) req.end();
      })();
    } else {
      if (body !== undefined) req.write(body);
      req.end();
    }
  });
}

function checkHttp(exp, got, add) {
  if (exp.error !== undefined) return add("connection error", differs(exp.error === true ? { $type: "string" } : exp.error, got.error, "error"));
  if (exp.aborted) return add("client aborted", got.aborted ? null : `client did not abort: ${show(got)}`);
  if (got.error) return add("request completes", `request failed: ${got.error}`);
  if (exp.status !== undefined) add("status", differs(exp.status, got.status, "status"));
  if (exp.statusText !== undefined) add("statusText", differs(exp.statusText, got.statusText, "statusText"));
  for (const [k, v] of Object.entries(exp.headers ?? {})) {
    const g = got.headers[k.toLowerCase()];
    add(`header ${k}`, v === null ? (g === undefined ? null : `header ${k} must be absent, got ${show(g)}`) : differs(v, Array.isArray(g) && !Array.isArray(v) ? g.join(", ") : g, `header ${k}`));
  }
  if (exp.body !== undefined) add("body", differs(exp.body, got.body, "body"));
  for (const m of [].concat(exp.bodyMatch ?? [])) add(`body matches /${m}/`, differs({ $match: m }, got.body, "body"));
  for (const m of [].concat(exp.bodyNotMatch ?? [])) add(`body does not match /${m}/`, differs({ $notMatch: m }, got.body, "body"));
  if (exp.gunzip !== undefined) {
    let text;
    try {
      text = zlib.gunzipSync(got.buffer).toString();
    } catch (e) {
      text = `(not gzip: ${e.message})`;
    }
    add("gunzipped body", differs(exp.gunzip, text, "gunzipped body"));
  }
  if (exp.bodyLength !== undefined) add("body length", differs(exp.bodyLength, got.buffer.length, "body length"));
  if (exp.truncated !== undefined) add("truncated", differs(exp.truncated, !!got.truncated, "truncated"));
  if (exp.maxMs !== undefined) add(`under ${exp.maxMs} ms`, got.ms <= exp.maxMs ? null : `took ${got.ms} ms`);
  if (exp.minMs !== undefined) add(`at least ${exp.minMs} ms`, got.ms >= exp.minMs ? null : `took ${got.ms} ms`);
  if (exp.firstByteMaxMs !== undefined) add(`first body byte under ${exp.firstByteMaxMs} ms`, got.chunkTimes[0] <= exp.firstByteMaxMs ? null : `first byte after ${got.chunkTimes[0]} ms`);
  if (exp.json !== undefined) {
    let j;
    try {
      j = JSON.parse(got.body);
    } catch {
      return add("body is JSON", `body is not JSON (status ${got.status}): ${show(got.body)}`);
    }
    if (exp.json && typeof exp.json === "object" && !Array.isArray(exp.json) && !Object.keys(exp.json).some((k) => k.startsWith("$")))
      for (const [k, v] of Object.entries(exp.json)) add(`json.${k}`, differs(v, j?.[k], k));
    else add("json", differs(exp.json, j, "json"));
  }
}

async function wsStep(w, port, exp, add) {
  let c;
  try {
    c = await wsConnect({ port, path: w.path ?? "/", headers: w.headers });
  } catch (e) {
    return add("websocket connects", `websocket failed: ${e.message}`);
  }
  if (exp.status !== undefined) add("handshake status", differs(exp.status, c.status, "status"));
  for (const [k, v] of Object.entries(exp.headers ?? {})) add(`handshake header ${k}`, v === null ? (c.headers[k] === undefined ? null : `header ${k} must be absent`) : differs(v, c.headers[k], `header ${k}`));
  if (exp.body !== undefined) add("handshake body", differs(exp.body, c.body, "body"));
  if (!c.upgraded) return;
  for (const s of w.script ?? []) {
    if (s.send !== undefined) c.send(s.send);
    if (s.sendHex !== undefined) c.sendBinary(s.sendHex);
    if (s.close) c.close(s.close.code, s.close.reason);
    if (s.delayMs) await sleep(s.delayMs);
    if (s.destroy) c.destroy();
    if (s.expectText !== undefined) {
      const m = await c.next();
      add(`ws text`, m.type === "text" ? differs(s.expectText, m.data, "ws text") : `expected a text message, got ${show(m)}`);
    }
    if (s.expectHex !== undefined) {
      const m = await c.next();
      add(`ws binary`, m.type === "binary" ? differs(s.expectHex, m.data, "ws binary") : `expected a binary message, got ${show(m)}`);
    }
    if (s.expectClose) {
      const m = await c.next();
      add(`ws close`, m.type === "close" ? differs(s.expectClose, { code: m.code, reason: m.reason }, "ws close") : `expected a close, got ${show(m)}`);
    }
  }
  c.destroy();
}

// ---------------------------------------------------------------- servers
const living = new Set();
process.on("exit", () => {
  for (const kill of living) kill("SIGKILL");
});
for (const sig of ["SIGINT", "SIGTERM"]) process.on(sig, () => process.exit(130));
function shellQuote(s) {
  return /^[\w@%+=:,./-]+$/.test(s) ? s : "'" + s.replace(/'/g, "'\\''") + "'";
}
async function startServer(c, port, tmp) {
  const configs = c.spec.configs.map((p) => path.join(c.dir, p));
  let child;
  if (opt.target === "workerd") {
    const text = toCapnp(configs, port);
    if (opt.dump) console.log(text);
    const f = path.join(tmp, "config.capnp");
    fs.writeFileSync(f, text);
    child = spawn(WORKERD, ["serve", f, "--experimental", "--verbose"], { stdio: ["ignore", "pipe", "pipe"], cwd: tmp });
  } else {
    const cmd = process.env.ISOLANE_CMD.replaceAll("{configs}", configs.map(shellQuote).join(" "))
      .replaceAll("{c_configs}", configs.map((p) => "-c " + shellQuote(p)).join(" "))
      .replaceAll("{port}", String(port));
    // Its own process group, so that everything the command starts ends with it.
    child = spawn("/bin/sh", ["-c", cmd], { stdio: ["ignore", "pipe", "pipe"], cwd: process.cwd(), detached: true });
  }
  const kill = (sig) => {
    try {
      if (opt.target === "command") process.kill(-child.pid, sig);
      else child.kill(sig);
    } catch {}
  };
  let log = "";
  child.stdout.on("data", (d) => (log += d));
  child.stderr.on("data", (d) => (log += d));
  living.add(kill);
  const exited = new Promise((r) => child.on("exit", (code, sig) => (living.delete(kill), r({ code, sig }))));
  child.on("error", (e) => (log += String(e)));
  const deadline = Date.now() + opt.timeout;
  let state = null;
  exited.then((e) => (state = e));
  for (;;) {
    if (state) return { failed: true, exit: state, log: () => log, stop: async () => {} };
    const ok = await new Promise((r) => {
      const s = net.connect(port, "127.0.0.1");
      s.on("connect", () => (s.destroy(), r(true)));
      s.on("error", () => r(false));
    });
    if (ok) break;
    if (Date.now() > deadline) {
      kill("SIGKILL");
      return { failed: true, exit: { code: null, sig: "not listening in time" }, log: () => log, stop: async () => {} };
    }
    await sleep(20);
  }
  return {
    failed: false,
    crashed: () => state,
    log: () => log,
    stop: async () => {
      if (state) return;
      kill("SIGTERM");
      const k = setTimeout(() => kill("SIGKILL"), 2000);
      await exited;
      clearTimeout(k);
    },
  };
}

// ---------------------------------------------------------------- run
async function runCase(c) {
  const results = []; // {step, what, fail, edge}
  const tmp = fs.mkdtempSync(path.join(os.tmpdir(), "conformance-"));
  const port = await freePort();
  const origin = c.spec.origin ? await startOrigin() : null;
  const vars = { port, origin: origin ? `http://127.0.0.1:${origin.port}` : "", originport: origin?.port ?? "" };
  let server;
  try {
    server = await startServer(c, port, tmp);
    if (c.spec.startup === "fail") {
      // Some servers listen first and give up a moment later.
      for (let i = 0; i < 100 && !server.failed; i++) {
        await sleep(50);
        if (server.crashed()) Object.assign(server, { failed: true, exit: server.crashed() });
      }
      results.push({ step: "startup", what: "startup fails", fail: server.failed && server.exit.code !== 0 && server.exit.code !== null ? null : "server started" });
      return { c, results, log: server.log() };
    }
    if (server.failed) {
      results.push({ step: "startup", what: "server starts", fail: `server exited: ${show(server.exit)}\n${server.log().slice(-2000)}` });
      return { c, results, log: server.log() };
    }
    const runStep = async (raw, i) => {
      const step = subst(raw, vars);
      const label = step.name ?? `step ${i + 1}`;
      if (step.delayMs !== undefined) return sleep(step.delayMs);
      if (step.parallel) return void (await Promise.all(step.parallel.map((s, k) => runStep(s, k))));
      const edge = Boolean(step.edgeOnly ?? c.spec.edgeOnly);
      let exp = step.expect ?? {};
      let mode = edge ? "edge" : "normal";
      if (edge && opt.target === "workerd") {
        if (!step.workerdExpect) return void results.push({ step: label, what: "(not run)", edge: true, skipped: true });
        exp = step.workerdExpect;
        mode = "edge-workerd";
      }
      const add = (what, fail) => results.push({ step: label, what, fail, edge, mode });
      if (step.ws) await wsStep(step.ws, port, exp, add);
      else {
        const got = await httpStep(step.request ?? {}, port);
        if (opt.verbose) console.log(`    [${c.name}] ${label}: ${got.error ?? got.status} ${show(got.body)}`);
        checkHttp(exp, got, add);
      }
      if (server.crashed()) add("server stays up", `server exited: ${show(server.crashed())}`);
    };
    for (let i = 0; i < c.spec.steps.length; i++) await runStep(c.spec.steps[i], i);
  } catch (e) {
    results.push({ step: "runner", what: "runner", fail: e.stack });
  } finally {
    await server?.stop();
    if (origin) {
      origin.server.closeAllConnections?.();
      origin.server.close();
    }
    fs.rmSync(tmp, { recursive: true, force: true });
  }
  return { c, results, log: server?.log() ?? "" };
}

if (opt.later) for (const c of later) console.log(`later: ${c.name} [${(c.spec.tags ?? []).join(", ")}]`);
const sum = { cases: 0, casesFailed: 0, passed: 0, failed: 0, edgePassed: 0, edgeFailed: 0, edgeSkipped: 0 };
const edgeLines = [];
const report = [];
function emit({ c, results, log }) {
  const normal = results.filter((r) => !r.edge);
  const edge = results.filter((r) => r.edge);
  const bad = normal.filter((r) => r.fail);
  sum.cases++;
  sum.passed += normal.length - bad.length;
  sum.failed += bad.length;
  if (bad.length) sum.casesFailed++;
  for (const r of edge) {
    if (r.skipped) sum.edgeSkipped++;
    else if (r.fail) sum.edgeFailed++;
    else sum.edgePassed++;
    edgeLines.push(`  ${r.skipped ? "SKIP" : r.fail ? "FAIL" : "ok  "} ${c.name} :: ${r.step} :: ${r.what}${r.mode === "edge-workerd" ? "  (workerd's own behaviour; documentation differs)" : ""}${r.fail ? "\n       " + r.fail : ""}`);
  }
  const ok = !bad.length;
  console.log(`${ok ? "PASS" : "FAIL"} ${c.name}  (${normal.length - bad.length}/${normal.length}${edge.length ? `, +${edge.length} edge-only` : ""})`);
  for (const r of bad) console.log(`     x ${r.step} :: ${r.what}\n       ${r.fail}`);
  if (opt.verbose && log) console.log(log.trim().split("\n").map((l) => "     | " + l).join("\n"));
  report.push({ name: c.name, tags: c.spec.tags ?? [], results: results.map((r) => ({ step: r.step, what: r.what, ok: !r.fail, edge: !!r.edge, skipped: !!r.skipped, message: r.fail ?? undefined })) });
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
if (edgeLines.length) {
  console.log(`\nedge-only assertions (documented by Cloudflare, not enforced by open-source workerd):`);
  console.log(edgeLines.join("\n"));
}
console.log(`\n${sum.cases} cases, ${sum.cases - sum.casesFailed} clean; edge-only: ${sum.edgePassed} passed, ${sum.edgeFailed} failed, ${sum.edgeSkipped} not run`);
console.log(`${sum.passed} passed, ${sum.failed} failed`);
if (opt.json) fs.writeFileSync(opt.json, JSON.stringify({ target: opt.target, summary: sum, cases: report }, null, 1));
process.exit(sum.failed ? 1 : 0);
