// What handlers of an HTMLRewriter are given: thin objects around those of third_party/html-rewriter, which
// throw once the handler is over.
//
// https://developers.cloudflare.com/workers/runtime-apis/html-rewriter/#types
'use strict';

const { badArgument, defineInterface } = require('internal/webidl');

const { apply } = Reflect;

// An object: Symbol may be a Worker's function by now.
const MAKE = {};

// What a handler gives, as the library knows it: it waits for promises, not for what is like one.
const promised = (result) =>
  (typeof result === 'object' && result !== null && typeof result.then === 'function'
    ? (async () => { await result; })() : undefined);

class Token {
  // The library's object.
  #raw;

  constructor(key, raw) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    this.#raw = raw;
  }

  static get(token) {
    if (typeof token !== 'object' || token === null || !(#raw in token)) throw new TypeError('Illegal invocation');
    return token.#raw;
  }
}
const { get } = Token;
delete Token.get;

// Text that is put in; `html`: markup, else it is escaped.
function contentOf(Class, method, args) {
  if (args.length === 0) throw badArgument(method, Class, 1, 'string or JsReadableStream or Response');
  const [content, options] = args;
  if (typeof content === 'object' && content !== null && !(content instanceof String)) {
    const { ReadableStream } = require('web/streams');
    const { Response } = require('web/response');
    if (content instanceof ReadableStream || content instanceof Response) {
      throw new (require('internal/dom_exception').DOMException)(
        `${Class}.${method}() takes text only in isolane, no stream and no Response: await its text() in the handler.`,
        'NotSupportedError');
    }
  }
  return [`${content}`, { html: Boolean(options?.html) }];
}

// Adds methods that put content in.
function takesContent(Class, ...methods) {
  for (const method of methods) {
    const { [method]: put } = {
      [method](...args) {
        const raw = get(this);
        const [text, options] = contentOf(Class.name, method, args);
        raw[method](text, options);
        return this;
      },
    };
    Class.prototype[method] = put;
  }
}

class Element extends Token {
  get tagName() { return get(this).tagName; }
  set tagName(name) { get(this).tagName = `${name}`; }
  get attributes() { return get(this).attributes; }
  get removed() { return get(this).removed; }
  get namespaceURI() { return get(this).namespaceURI; }
  getAttribute(name) { return get(this).getAttribute(`${name}`) ?? null; }
  hasAttribute(name) { return get(this).hasAttribute(`${name}`); }
  setAttribute(name, value) {
    get(this).setAttribute(`${name}`, `${value}`);
    return this;
  }
  removeAttribute(name) {
    get(this).removeAttribute(`${name}`);
    return this;
  }
  remove() {
    get(this).remove();
    return this;
  }
  removeAndKeepContent() {
    get(this).removeAndKeepContent();
    return this;
  }
  onEndTag(handler) {
    if (typeof handler !== 'function') throw badArgument('onEndTag', 'Element', 1, 'function');
    get(this).onEndTag((raw) => promised(handler(new EndTag(MAKE, raw))));
  }
}
takesContent(Element, 'before', 'after', 'prepend', 'append', 'replace', 'setInnerContent');
defineInterface(Element);

class EndTag extends Token {
  get name() { return get(this).name; }
  set name(name) { get(this).name = `${name}`; }
  remove() {
    get(this).remove();
    return this;
  }
}
takesContent(EndTag, 'before', 'after');
defineInterface(EndTag);

class Comment extends Token {
  get text() { return get(this).text; }
  set text(text) { get(this).text = `${text}`; }
  get removed() { return get(this).removed; }
  remove() {
    get(this).remove();
    return this;
  }
}
takesContent(Comment, 'before', 'after', 'replace');
defineInterface(Comment);

class Text extends Token {
  get text() { return get(this).text; }
  get lastInTextNode() { return get(this).lastInTextNode; }
  get removed() { return get(this).removed; }
  remove() {
    get(this).remove();
    return this;
  }
}
takesContent(Text, 'before', 'after', 'replace');
defineInterface(Text);

class Doctype extends Token {
  get name() { return get(this).name ?? null; }
  get publicId() { return get(this).publicId ?? null; }
  get systemId() { return get(this).systemId ?? null; }
}
defineInterface(Doctype);

class DocumentEnd extends Token {}
takesContent(DocumentEnd, 'append');
defineInterface(DocumentEnd);

// Handlers as the library calls them, of the object that a Worker has given as a `dictionary`: `classes` by their
// names.
function handlersFor(given, dictionary, classes) {
  const handlers = {};
  for (const name in classes) {
    const handler = given[name];
    if (handler === undefined) continue;
    if (typeof handler !== 'function') {
      throw new TypeError(
        `Incorrect type for the '${name}' field on '${dictionary}': the provided value is not of type 'function'.`);
    }
    const Class = classes[name];
    handlers[name] = (raw) => promised(apply(handler, given, [new Class(MAKE, raw)]));
  }
  return handlers;
}

const ELEMENT = { __proto__: null, element: Element, comments: Comment, text: Text };
const DOCUMENT = { __proto__: null, doctype: Doctype, comments: Comment, text: Text, end: DocumentEnd };

module.exports = {
  elementHandlers: (given) => handlersFor(given, 'ElementContentHandlers', ELEMENT),
  documentHandlers: (given) => handlersFor(given, 'DocumentContentHandlers', DOCUMENT),
};
