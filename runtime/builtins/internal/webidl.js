// Helpers for classes that follow Web IDL.
'use strict';

const { defineProperty, getOwnPropertyDescriptor } = Object;
const { ownKeys } = Reflect;

// The prototypes that carry Symbol.toStringTag. Workers older than `set_tostring_tag` get them
// removed again by removeToStringTags(), and those loaded later get none: then this is null.
let tagged = [];

// Gives a class the shape of a Web IDL interface: enumerable methods and accessors, a tag, and the
// mark that makes structured clone refuse its instances with a clear message instead of copying {}.
function defineInterface(Class, name = Class.name) {
  const { prototype } = Class;
  const keys = ownKeys(prototype);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (key === 'constructor' || typeof key === 'symbol') continue;
    const descriptor = getOwnPropertyDescriptor(prototype, key);
    descriptor.enumerable = true;
    defineProperty(prototype, key, descriptor);
  }
  if (tagged !== null) {
    defineProperty(prototype, Symbol.toStringTag, {
      value: name, writable: false, enumerable: false, configurable: true,
    });
    tagged[tagged.length] = prototype;
  } else {
    delete prototype[Symbol.toStringTag];
  }
  native.markHostPrototype(prototype, name);
  return Class;
}

// For Workers with a compatibility date before 2024-09-26: Object.prototype.toString.call(new
// Headers()) is "[object Object]" there.
function removeToStringTags() {
  if (tagged === null) return;
  for (const prototype of tagged) delete prototype[Symbol.toStringTag];
  tagged = null;
}

// Makes `alias` (say Symbol.iterator) the same function as method `name`.
function defineAlias(Class, alias, name) {
  defineProperty(Class.prototype, alias, {
    value: Class.prototype[name], writable: true, enumerable: false, configurable: true,
  });
}

// An iterator class with the prototype chain of Web IDL's default iterators.
const iteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));

// `next` is called with the iterator's private state. Example: see web/url.js.
function defineIterator(Class, name) {
  Object.setPrototypeOf(Class.prototype, iteratorPrototype);
  const descriptor = getOwnPropertyDescriptor(Class.prototype, 'next');
  descriptor.enumerable = true;
  defineProperty(Class.prototype, 'next', descriptor);
  defineProperty(Class.prototype, Symbol.toStringTag, { value: name, configurable: true });
  delete Class.prototype.constructor;
  return Class;
}

const KEYS = 0;
const VALUES = 1;
const ENTRIES = 2;

// The iterator class of an object that keeps name, value, name, value ... in one array; made with the
// object and KEYS, VALUES or ENTRIES. `listOf(object)` gives the array and throws for a wrong receiver.
function definePairIterator(listOf, name) {
  return defineIterator(class {
    #object;
    #kind;
    #index = 0;
    constructor(object, kind) {
      listOf(object);
      this.#object = object;
      this.#kind = kind;
    }
    next() {
      // The list is asked each time: it may change, or be replaced, during the iteration.
      const list = listOf(this.#object);
      const index = this.#index;
      if (index >= list.length) return { value: undefined, done: true };
      this.#index = index + 2;
      const value = this.#kind === KEYS ? list[index]
        : this.#kind === VALUES ? list[index + 1] : [list[index], list[index + 1]];
      return { value, done: false };
    }
  }, name);
}

// TypeErrors in workerd's words.
function badArgument(method, type, index, expected) {
  return new TypeError(
    `Failed to execute '${method}' on '${type}': parameter ${index} is not of type '${expected}'.`);
}

function badConstructorArgument(type, index, expected) {
  return new TypeError(
    `Failed to construct '${type}': constructor parameter ${index} is not of type '${expected}'.`);
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

// What the console shows for a class: its name, the values of these accessors, and what `show(object,
// view)` adds to them and returns as marks. With `own`, what a Worker has added to an object stands first.
function defineInspect(Class, accessors, show = undefined, own = true) {
  defineProperty(Class.prototype, INSPECT, {
    value(depth, options, inspect) {
      const name = this.constructor?.name ?? Class.name;
      if (depth < 0) return `[${name}]`;
      const view = {};
      let marks;
      try {
        for (const name of accessors) view[name] = this[name];
        marks = show?.(this, view);
      } catch {
        // The prototype itself.
        return `Object [${name}] {}`;
      }
      return inspect.named(name, view, depth, options, marks, own ? this : undefined);
    },
    writable: true, enumerable: false, configurable: true,
  });
}

// As workerd says it of a method of another object.
const ILLEGAL_INVOCATION =
  'Illegal invocation: function called with incorrect `this` reference. See ' +
  'https://developers.cloudflare.com/workers/observability/errors/#illegal-invocation-errors for details.';

module.exports = {
  ENTRIES, ILLEGAL_INVOCATION, INSPECT, KEYS, VALUES, badArgument, badConstructorArgument, defineAlias, defineInspect,
  defineInterface,
  defineIterator, definePairIterator, defineProperty, removeToStringTags,
};
