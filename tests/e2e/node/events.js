import events, { EventEmitter, addAbortListener, captureRejectionSymbol, errorMonitor, getEventListeners, getMaxListeners, on, once, setMaxListeners } from "node:events";

const attempt = (run) => { try { const value = run(); return value instanceof EventEmitter ? "an emitter" : value; } catch (error) { return [error.name, error.code, error.message]; } };
const soon = (run) => { setTimeout(run, 1); };
// An emitter, and what its listeners note.
const noting = (options) => { const notes = []; return { emitter: new EventEmitter(options), notes, note: (...values) => { notes.push(values.length === 1 ? values[0] : values); } }; };
const collected = async (events_) => { const all = []; for await (const values of events_) all.push(values); return all; };

export const cases = {
  "names": () => Object.keys(events).sort(),
  "names of methods": () => Object.getOwnPropertyNames(EventEmitter.prototype).sort(),
  "the order of listeners": () => { const { emitter, notes, note } = noting(); emitter.on("a", () => note(1)).prependListener("a", () => note(0)).once("a", () => note(2)).prependOnceListener("a", () => note(-1)); emitter.emit("a"); emitter.emit("a"); return notes; },
  "this and what is passed": () => { const emitter = new EventEmitter(); let got; emitter.on("a", function (...values) { got = [this === emitter, values]; }); return [emitter.emit("a", 1, 2, 3, 4), emitter.emit("b"), got]; },
  "a listener that goes while others run": () => { const { emitter, notes, note } = noting(); const second = () => note("b"); emitter.on("a", () => { note("a"); emitter.off("a", second); }).on("a", second); emitter.emit("a"); emitter.emit("a"); return notes; },
  "newListener and removeListener": () => { const { emitter, notes, note } = noting(); emitter.on("newListener", (name) => note("new", name, emitter.listenerCount("x"))).on("removeListener", (name) => note("gone", name)); const listener = () => {}; emitter.once("x", listener).removeListener("x", listener).removeAllListeners("x"); return notes; },
  "listeners that are none": () => ["on", "once", "off", "addListener", "removeListener", "prependListener", "prependOnceListener"].flatMap((name) => [undefined, null, 5, "x", {}].map((value) => attempt(() => new EventEmitter()[name]("a", value)))),
  "errors nobody waits for": () => [new Error("x"), "text", 5, null, undefined].map((value) => attempt(() => new EventEmitter().emit("error", value))),
  "errorMonitor": () => { const { emitter, notes, note } = noting(); emitter.on(errorMonitor, (error) => note(error.message)); return [attempt(() => emitter.emit("error", new Error("m"))), notes]; },
  "setMaxListeners": () => [0, 5, -1, NaN, "x", null, Infinity, 1.5].map((limit) => attempt(() => String(new EventEmitter().setMaxListeners(limit).getMaxListeners()))),
  "limits of all": () => { const emitter = new EventEmitter(); const target = new EventTarget(); setMaxListeners(7, emitter, target); return [getMaxListeners(emitter), getMaxListeners(target), getMaxListeners(new EventTarget()), ...[() => setMaxListeners(5, {}), () => setMaxListeners(-1), () => getMaxListeners({}), () => { EventEmitter.defaultMaxListeners = "x"; }].map(attempt)]; },
  "defaultMaxListeners": () => { const before = EventEmitter.defaultMaxListeners; EventEmitter.defaultMaxListeners = 3; const now = new EventEmitter().getMaxListeners(); EventEmitter.defaultMaxListeners = before; return [before, now, new EventEmitter().getMaxListeners()]; },
  "a limit for all, which many reach": () => { const before = EventEmitter.defaultMaxListeners; EventEmitter.defaultMaxListeners = 20; const emitter = new EventEmitter(); for (let i = 0; i < 15; i++) emitter.on("a", () => {}); EventEmitter.defaultMaxListeners = before; return emitter.listenerCount("a"); },
  "getEventListeners": () => { const emitter = new EventEmitter().on("a", () => {}); return [getEventListeners(emitter, "a").length, attempt(() => getEventListeners({}, "a"))]; },
  "listenerCount of one": () => { const listener = () => {}; const emitter = new EventEmitter().on("a", listener).on("a", () => {}).once("a", listener); return [emitter.listenerCount("a"), emitter.listenerCount("a", listener), events.listenerCount(emitter, "a")]; },
  "mixed into others": () => { const notes = []; const mixed = Object.assign({}, EventEmitter.prototype); mixed.on("a", () => notes.push("a")); const made = Object.create(EventEmitter.prototype); made.on("a", () => notes.push("b")); return [mixed.emit("a"), made.emit("a"), Object.create(EventEmitter.prototype).emit("a"), notes]; },
  "names that objects have": () => { const emitter = new EventEmitter().on("__proto__", () => {}).on("toString", () => {}); return [emitter.eventNames(), emitter.emit("hasOwnProperty"), emitter.listenerCount("__proto__")]; },
  "captureRejections": async () => { const { emitter, notes, note } = noting({ captureRejections: true }); await new Promise((resolve) => { emitter.on("error", (error) => { note(error.message); resolve(); }).on("a", async () => { throw new Error("rejected"); }); emitter.emit("a"); }); return notes; },
  "captureRejections by a method": async () => { const { emitter, notes, note } = noting({ captureRejections: true }); await new Promise((resolve) => { emitter[captureRejectionSymbol] = (error, ...rest) => { note(error.message, ...rest); resolve(); }; emitter.on("a", async () => { throw new Error("rejected"); }); emitter.emit("a", 7); }); return notes; },
  "captureRejections that is none": () => new EventEmitter({ captureRejections: 5 }),
  "captureRejections left out": () => [null, undefined, false, 0, ""].map((captureRejections) => attempt(() => new EventEmitter({ captureRejections }))),
  "once": async () => { const emitter = new EventEmitter(); soon(() => emitter.emit("a", 1, 2)); return [await once(emitter, "a"), emitter.listenerCount("a"), emitter.listenerCount("error")]; },
  "once and an error": () => { const emitter = new EventEmitter(); soon(() => emitter.emit("error", new Error("boom"))); return once(emitter, "a"); },
  "once for an error": async () => { const emitter = new EventEmitter(); soon(() => emitter.emit("error", new Error("boom"))); return (await once(emitter, "error"))[0].message; },
  "once of a target": async () => { const target = new EventTarget(); soon(() => target.dispatchEvent(new Event("a"))); return (await once(target, "a"))[0].type; },
  "once with an aborted signal": () => once(new EventEmitter(), "a", { signal: AbortSignal.abort() }),
  "once until it is aborted": async () => { const controller = new AbortController(); const emitter = new EventEmitter(); soon(() => controller.abort("why")); try { await once(emitter, "a", { signal: controller.signal }); } catch (error) { return [error.name, error.code, error.message, error.cause, emitter.listenerCount("a"), emitter.listenerCount("error")]; } },
  "once of an emitter that calls at once": async () => { const emitter = new EventEmitter().on("newListener", (type, listener) => { if (type === "a") listener(1); }); return once(emitter, "a"); },
  "once of an emitter that fails at once": async () => { const emitter = new EventEmitter().on("newListener", (type, listener) => { if (type === "error") listener(new Error("boom")); }); return once(emitter, "a"); },
  "once of no emitter": () => once({}, "a"),
  "once with no signal": () => once(new EventEmitter(), "a", { signal: 5 }),
  "on": async () => { const emitter = new EventEmitter(); soon(() => { emitter.emit("a", 1); emitter.emit("a", 2, 3); }); const all = []; for await (const values of on(emitter, "a")) { all.push(values); if (all.length === 2) break; } return [all, emitter.listenerCount("a"), emitter.listenerCount("error")]; },
  "on, before somebody reads": async () => { const emitter = new EventEmitter(); const iterator = on(emitter, "a"); emitter.emit("a", 1); emitter.emit("a", 2); const read = [await iterator.next(), await iterator.next()]; await iterator.return(); return [read, await iterator.next()]; },
  "on and an error": () => { const emitter = new EventEmitter(); soon(() => emitter.emit("error", new Error("boom"))); return collected(on(emitter, "a")); },
  "on until others": () => { const emitter = new EventEmitter(); soon(() => { emitter.emit("a", 1); emitter.emit("end"); }); return collected(on(emitter, "a", { close: ["end"] })); },
  "on until it is aborted": () => { const controller = new AbortController(); soon(() => controller.abort()); return collected(on(new EventEmitter(), "a", { signal: controller.signal })); },
  "on with an aborted signal": () => on(new EventEmitter(), "a", { signal: AbortSignal.abort() }),
  "on, of an emitter that calls at once": async () => { const emitter = new EventEmitter().on("newListener", (type, listener) => { if (type === "a") listener(1); }); return on(emitter, "a").next(); },
  "on, pausing and resuming": async () => {
    const { emitter, notes, note } = noting();
    Object.assign(emitter, { pause: () => note("pause"), resume: () => note("resume") });
    for (const marks of [{ highWaterMark: 2, lowWaterMark: 2 }, { highWatermark: 1, lowWatermark: 1 }]) {
      const iterator = on(emitter, "a", marks);
      for (let i = 0; i < 4; i++) { note(i); emitter.emit("a", i); }
      for (let i = 0; i < 4; i++) note((await iterator.next()).value[0]);
      emitter.emit("a", 9);
    }
    return notes;
  },
  "on with marks that are none": () => [0, 1.5, "1", null].flatMap((mark) => [{ highWaterMark: mark }, { lowWaterMark: mark }]).map((options) => attempt(() => typeof on(new EventEmitter(), "a", options))),
  "options that are none": async () => [...[5, null].map((options) => attempt(() => on(new EventEmitter(), "a", options))), await once(new EventEmitter(), "a", null).catch((error) => error.message)],
  "on of no emitter": () => on({}, "a"),
  "on, thrown into": () => on(new EventEmitter(), "a").throw("x"),
  "addAbortListener": () => { const controller = new AbortController(); const { notes, note } = noting(); addAbortListener(controller.signal, () => note(1)); addAbortListener(controller.signal, () => note(2))[Symbol.dispose](); controller.abort(); return [notes, attempt(() => addAbortListener(5, () => {})), attempt(() => addAbortListener(controller.signal, 5))]; },
};
