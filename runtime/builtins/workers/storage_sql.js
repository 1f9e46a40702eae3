// ctx.storage.sql: SQL on the object's own database.
//
// https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/#sql-api
'use strict';

const { badArgument, defineInterface, defineIterator, defineProperty } = require('internal/webidl');
const { isArrayBuffer } = require('internal/bytes');

const { isView } = ArrayBuffer;

const NO_SQL =
  'SQL is not enabled for this Durable Object class. To enable it, change `new_classes` to ' +
  "`new_sqlite_classes` within the 'migrations' field in your wrangler.jsonc or wrangler.toml file. If using " +
  'workerd directly,set `enableSql = true` in your workerd config for the class. Note that this change cannot be ' +
  'made after the class is already deployed to production.';

let makeCursor;
let makeSql;

// What is bound for a value: null, a number, a string, a buffer or a view.
function binding(value) {
  switch (typeof value) {
    case 'number':
    case 'string':
      return value;
    case 'undefined':
      return null;
    case 'bigint':
      throw new TypeError('Cannot convert a BigInt value to a number');
    default:
      return value === null || isView(value) || isArrayBuffer(value) ? value : `${value}`;
  }
}

// A number of two words, the low one first.
const wide = (index) => native.scratch[index] + native.scratch[index + 1] * 0x100000000;

class Cursor {
  #operations;
  // Of the query if there may be more rows than those at hand, else 0.
  #query = 0;
  #names;
  #text;
  #rows;
  #index = 0;
  #changes = 0;
  #steps = 0;
  #effort;

  constructor(key, operations, text, bindings) {
    if (key !== makeCursor) throw new TypeError('Illegal constructor');
    this.#operations = operations;
    const result = native.sqlExec(operations.io.id, text, bindings);
    this.#names = result[0];
    this.#text = result[2] ?? text;
    this.#take(result[1]);
  }

  static {
    makeCursor = (operations, text, bindings) => new Cursor(makeCursor, operations, text, bindings);
  }

  #take(rows) {
    this.#query = native.scratch[0];
    this.#changes = wide(1);
    this.#steps = wide(3);
    this.#rows = rows;
    this.#index = 0;
  }

  // The next row as an array, or undefined.
  #nextRow() {
    if (this.#index >= this.#rows.length) {
      if (this.#query === 0) return undefined;
      this.#operations.check();
      const query = this.#query;
      // Should it fail, there is nothing more.
      this.#query = 0;
      this.#take(native.sqlNext(this.#operations.io.id, query));
      if (this.#rows.length === 0) return undefined;
    }
    return this.#rows[this.#index++];
  }

  #nextObject() {
    const values = this.#nextRow();
    if (values === undefined) return undefined;
    const names = this.#names;
    const row = {};
    for (let i = 0; i < names.length; i++) {
      if (names[i] === '__proto__') {
        defineProperty(row, '__proto__', { value: values[i], writable: true, enumerable: true, configurable: true });
      } else {
        row[names[i]] = values[i];
      }
    }
    return row;
  }

  next() {
    const value = this.#nextObject();
    return { done: value === undefined, value };
  }

  toArray() {
    const all = [];
    for (let row = this.#nextObject(); row !== undefined; row = this.#nextObject()) all[all.length] = row;
    return all;
  }

  one() {
    const row = this.#nextObject();
    if (row === undefined) throw new Error('Expected exactly one result from SQL query, but got no results.');
    if (this.#nextRow() !== undefined) {
      this.#close();
      throw new Error('Expected exactly one result from SQL query, but got multiple results.');
    }
    return row;
  }

  #close() {
    if (this.#query !== 0) native.sqlClose(this.#operations.io.id, this.#query);
    this.#query = 0;
    this.#rows = [];
    this.#index = 0;
  }

  raw() {
    return new RawIterator(this.#names, () => this.#nextRow());
  }

  get columnNames() {
    return this.#names;
  }

  #whatItTook() {
    if (this.#effort === undefined) {
      native.sqlEffort(this.#operations.io.id, this.#text);
      this.#effort = { writes: native.scratch[0], reads: native.scratch[1] };
    }
    return this.#effort;
  }

  get rowsRead() {
    return this.#steps + this.#whatItTook().reads;
  }

  get rowsWritten() {
    return this.#changes === 0 ? 0 : this.#changes * this.#whatItTook().writes;
  }

  [Symbol.iterator]() {
    return new RowIterator(() => this.#nextObject());
  }
}

const RowIterator = defineIterator(class RowIterator {
  #nextOf;
  constructor(nextOf) {
    this.#nextOf = nextOf;
  }
  next() {
    const value = this.#nextOf();
    return { done: value === undefined, value };
  }
}, 'RowIterator');

const RawIterator = defineIterator(class RawIterator {
  #nextOf;
  columnNames;
  constructor(names, nextOf) {
    this.#nextOf = nextOf;
    this.columnNames = names;
  }
  next() {
    const value = this.#nextOf();
    return { done: value === undefined, value };
  }
}, 'RawIterator');

class SqlStorage {
  #operations;

  constructor(key, operations) {
    if (key !== makeSql) throw new TypeError('Illegal constructor');
    this.#operations = operations;
  }

  static {
    makeSql = (operations) => new SqlStorage(makeSql, operations);
  }

  #check() {
    const operations = this.#operations;
    operations.check();
    if (!operations.sqlite) throw new Error(NO_SQL);
    return operations;
  }

  exec(query, ...bindings) {
    if (arguments.length === 0) throw badArgument('exec', 'SqlStorage', 1, 'String');
    const text = `${query}`;
    for (let i = 0; i < bindings.length; i++) bindings[i] = binding(bindings[i]);
    return makeCursor(this.#check(), text, bindings);
  }

  get databaseSize() {
    return native.sqlSize(this.#check().io.id);
  }

  get Cursor() {
    return Cursor;
  }
}

defineInterface(Cursor);
defineInterface(SqlStorage);

module.exports = { makeSql };
