// HTMLRewriter: changes HTML while it streams by.
//
// https://developers.cloudflare.com/workers/runtime-apis/html-rewriter/. The parser is lol-html, as in workerd,
// from third_party/html-rewriter.
'use strict';

const { toBytes } = require('internal/bytes');
const { Promise, promiseThen } = require('internal/primordials');
const { badArgument, defineInterface } = require('internal/webidl');
const { documentHandlers, elementHandlers } = require('web/html_rewriter/tokens');
const { Response } = require('web/response');
const { TransformStream } = require('web/streams');

const library = () => require('third_party/html-rewriter', Promise).HTMLRewriter;

// What the library holds of a page: it lets go of nothing that an exception went through, so this is cut from all
// else when the page is done.
class Page {
  #handlers = [];
  // While the library is at work: where its output goes, and how to fail a handler that it waits for.
  controller = undefined;
  #fail = undefined;

  // `taken` as the library is given them.
  through(taken) {
    const index = this.#handlers.length;
    this.#handlers[index] = taken;
    const thin = {};
    for (const name in taken) thin[name] = (raw) => this.#handle(index, name, raw);
    return thin;
  }

  output(chunk) {
    if (chunk.length > 0) this.controller?.enqueue(chunk.slice());
  }

  // Ends a handler that may never end by itself.
  stop(error) {
    this.controller = undefined;
    this.#fail?.(error);
  }

  forget() {
    this.#handlers = [];
    this.#fail = this.controller = undefined;
  }

  #handle(index, name, raw) {
    const result = this.#handlers[index]?.[name](raw);
    if (result === undefined) return undefined;
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      promiseThen.call(result, resolve, reject);
    });
  }
}

// A stream of HTML on its way through the library. At most one call of it is under way.
class Rewriting {
  #steps;
  #page = new Page();
  #controller = undefined;
  // Made by the first call: a page that nobody reads costs the library nothing.
  #rewriter = undefined;
  #busy = false;
  #over = false;

  constructor(steps) {
    this.#steps = steps;
  }

  start(controller) {
    this.#controller = controller;
  }

  transform(chunk) {
    const bytes = toBytes(chunk);
    if (bytes === undefined) {
      throw new TypeError('HTMLRewriter takes bytes: the body of the response gave something else.');
    }
    return this.#call((rewriter) => rewriter.write(bytes));
  }

  async flush() {
    await this.#call((rewriter) => rewriter.end());
    this.#end();
  }

  // Nobody wants the rest.
  cancel(reason) {
    this.#over = true;
    if (this.#busy) this.#page.stop(reason);
    else this.#end();
  }

  async #call(body) {
    this.#busy = true;
    this.#page.controller = this.#controller;
    try {
      this.#rewriter ??= this.#make();
      await body(this.#rewriter);
    } catch (error) {
      this.#over = true;
      // What the library has to say itself is a text.
      throw typeof error === 'string' ? new TypeError(`Parser error: ${error}`) : error;
    } finally {
      this.#busy = false;
      this.#page.controller = undefined;
      if (this.#over) this.#end();
    }
  }

  #make() {
    const page = this.#page;
    const rewriter = new (library())((chunk) => page.output(chunk));
    for (const step of this.#steps) step(rewriter, page);
    return rewriter;
  }

  // The library's memory is not the garbage collector's.
  #end() {
    this.#over = true;
    this.#page.forget();
    const rewriter = this.#rewriter;
    this.#rewriter = undefined;
    try {
      rewriter?.free();
    } catch { /* an exception went through it: it is lost, with its memory */ }
  }
}

class HTMLRewriter {
  // What on() and onDocument() were given, for each response anew.
  #steps = [];

  on(selector, handlers) {
    if (arguments.length < 2 || typeof handlers !== 'object' || handlers === null) {
      throw badArgument('on', 'HTMLRewriter', 2, 'ElementContentHandlers');
    }
    const text = `${selector}`;
    const taken = elementHandlers(handlers);
    // A selector that is none is told of at once.
    const trial = new (library())(() => {});
    try {
      trial.on(text, {});
    } finally {
      trial.free();
    }
    this.#steps.push((rewriter, page) => rewriter.on(text, page.through(taken)));
    return this;
  }

  onDocument(handlers) {
    if (typeof handlers !== 'object' || handlers === null) {
      throw badArgument('onDocument', 'HTMLRewriter', 1, 'DocumentContentHandlers');
    }
    const taken = documentHandlers(handlers);
    this.#steps.push((rewriter, page) => rewriter.onDocument(page.through(taken)));
    return this;
  }

  transform(response) {
    if (!(response instanceof Response)) throw badArgument('transform', 'HTMLRewriter', 1, 'Response');
    if (response.body === null) return response;
    const stream = new TransformStream(new Rewriting([...this.#steps]), undefined, { highWaterMark: 1 });
    const changed = new Response(response.body.pipeThrough(stream), response);
    changed.headers.delete('content-length');
    return changed;
  }
}
defineInterface(HTMLRewriter);

module.exports = { HTMLRewriter };
