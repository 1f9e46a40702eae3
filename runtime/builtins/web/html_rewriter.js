// HTMLRewriter: changes HTML while it streams by.
//
// https://developers.cloudflare.com/workers/runtime-apis/html-rewriter/. The parser is lol-html, as in workerd,
// from third_party/html-rewriter.
'use strict';

const { toBytes } = require('internal/bytes');
const { Promise } = require('internal/primordials');
const { badArgument, defineInterface } = require('internal/webidl');
const { documentHandlers, elementHandlers } = require('web/html_rewriter/tokens');
const { Response } = require('web/response');
const { TransformStream } = require('web/streams');

const library = () => require('third_party/html-rewriter', Promise).HTMLRewriter;

// A stream of HTML on its way through the library. At most one call of it is under way.
class Rewriting {
  #controller = undefined;
  #rewriter;
  #busy = false;
  #over = false;

  constructor(steps) {
    this.#rewriter = new (library())((chunk) => {
      if (!this.#over && chunk.length > 0) this.#controller.enqueue(chunk.slice());
    });
    try {
      for (const step of steps) step(this.#rewriter);
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  start(controller) {
    this.#controller = controller;
  }

  transform(chunk) {
    const bytes = toBytes(chunk);
    if (bytes === undefined) {
      throw new TypeError('HTMLRewriter takes bytes: the body of the response gave something else.');
    }
    return this.#call(() => this.#rewriter.write(bytes));
  }

  async flush() {
    await this.#call(() => this.#rewriter.end());
    this.#end();
  }

  // Nobody wants the rest. A handler that is at work ends first.
  cancel() {
    this.#over = true;
    if (!this.#busy) this.#end();
  }

  async #call(body) {
    this.#busy = true;
    try {
      await body();
    } catch (error) {
      this.#over = true;
      // What the library has to say itself is a text.
      throw typeof error === 'string' ? new TypeError(`Parser error: ${error}`) : error;
    } finally {
      this.#busy = false;
      if (this.#over) this.#end();
    }
  }

  // The library's memory is not the garbage collector's.
  #end() {
    this.#over = true;
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
    const step = (rewriter) => rewriter.on(text, taken);
    // A selector that is none is told of at once.
    const trial = new (library())(() => {});
    try {
      step(trial);
    } finally {
      trial.free();
    }
    this.#steps.push(step);
    return this;
  }

  onDocument(handlers) {
    if (typeof handlers !== 'object' || handlers === null) {
      throw badArgument('onDocument', 'HTMLRewriter', 1, 'DocumentContentHandlers');
    }
    const taken = documentHandlers(handlers);
    this.#steps.push((rewriter) => rewriter.onDocument(taken));
    return this;
  }

  transform(response) {
    if (!(response instanceof Response)) throw badArgument('transform', 'HTMLRewriter', 1, 'Response');
    if (response.body === null) return response;
    const stream = new TransformStream(new Rewriting(this.#steps), undefined, { highWaterMark: 1 });
    const changed = new Response(response.body.pipeThrough(stream), response);
    changed.headers.delete('content-length');
    return changed;
  }
}
defineInterface(HTMLRewriter);

module.exports = { HTMLRewriter };
