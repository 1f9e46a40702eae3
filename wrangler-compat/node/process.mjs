// unenv's process, which says what workerd says of itself.
import { Process } from "npm:unenv/node/internal/process/process";
import { checkString } from "./internal/checks.mjs";
import { resolve } from "./internal/path/posix.mjs";
import { nextTick } from "./internal/ticks.mjs";
import { makeEnvironment } from "./internal/process/environment.mjs";
import { currentDirectory, setCurrentDirectory } from "./internal/process/directory.mjs";
import { hrtime } from "./internal/process/hrtime.mjs";

// Any directory may be there: a Worker has no files.
function chdir(directory) {
  checkString(directory, "directory");
  setCurrentDirectory(resolve(directory));
}

// A getter or method of unenv's that knows too little.
const told = {
  platform: "linux",
  arch: "x64",
  title: "workerd",
  argv: ["workerd"],
  argv0: "workerd",
  pid: 1,
  ppid: 0,
  exitCode: undefined,
  release: { name: "node", lts: true, sourceUrl: "", headersUrl: "" },
  config: { target_defaults: {}, variables: {} },
  cwd: currentDirectory,
  chdir,
  umask: () => 0o22,
  getuid: () => 0,
  getgid: () => 0,
  geteuid: () => 0,
  getegid: () => 0,
  getgroups: () => [],
  memoryUsage: Object.assign(() => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }), { rss: () => 0 }),
  uptime: () => performance.now() / 1000,
};

function describe(process) {
  for (const [name, value] of Object.entries(told)) {
    Object.defineProperty(process, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return process;
}

const process = /* @__PURE__ */ describe(new Process({ env: makeEnvironment(), hrtime, nextTick }));
export { chdir, currentDirectory as cwd, hrtime, nextTick };
export default process;
export const {
  abort, addListener, allowedNodeEnvironmentFlags, arch, argv, argv0, assert, availableMemory, binding,
  channel, config, connected, constrainedMemory, cpuUsage, debugPort, disconnect, dlopen,
  domain, emit, emitWarning, env, eventNames, execArgv, execPath, exit, exitCode, features,
  finalization, getActiveResourcesInfo, getBuiltinModule, getMaxListeners, getegid, geteuid, getgid,
  getgroups, getuid, hasUncaughtExceptionCaptureCallback, initgroups, kill, listenerCount,
  listeners, loadEnvFile, mainModule, memoryUsage, moduleLoadList, off, on, once, openStdin,
  permission, pid, platform, ppid, prependListener, prependOnceListener, rawListeners, reallyExit, ref,
  release, removeAllListeners, removeListener, report, resourceUsage, send, setMaxListeners,
  setSourceMapsEnabled, setUncaughtExceptionCaptureCallback, setegid, seteuid, setgid, setgroups,
  setuid, sourceMapsEnabled, stderr, stdin, stdout, title, umask, unref, uptime, version, versions,
} = process;
