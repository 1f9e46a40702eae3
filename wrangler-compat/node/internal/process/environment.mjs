// Vars come in when the Worker starts (node_modules.cc); those of a Service Worker are globals.
export const makeEnvironment = () => new Proxy({}, {
  get(values, name) {
    if (Object.hasOwn(values, name) || typeof globalThis[name] !== "string") return values[name];
    return globalThis[name];
  },
  set(values, name, value) {
    values[name] = String(value);
    return true;
  },
});
