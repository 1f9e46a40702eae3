// MIMEType and MIMEParams. https://mimesniff.spec.whatwg.org/#parsing-a-mime-type
import { typeError } from "../errors.mjs";

const NO_TOKEN = /[^!#$%&'*+\-.^_`|~\dA-Za-z]/;
const NO_VALUE = /[^\t\u0020-~\u0080-\u00ff]/;
const BLANKS = "\r\n\t ";

const lower = (text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const trimStart = (text) => text.replace(/^[\r\n\t ]+/, "");

function trimEnd(text) {
  let end = text.length;
  while (end > 0 && BLANKS.includes(text[end - 1])) end--;
  return text.slice(0, end);
}

function check(what, part, whole, pattern = NO_TOKEN) {
  const at = part.search(pattern);
  if (at < 0 && (part !== "" || pattern === NO_VALUE)) return part;
  throw typeError("ERR_INVALID_MIME_SYNTAX", `The MIME syntax for a ${what} in "${whole}" is invalid${at < 0 ? "" : ` at ${at}`}`);
}

// { value, rest } of text that begins with a quote.
function readQuoted(text) {
  let value = "";
  let at = 1;
  while (at < text.length && text[at] !== '"') {
    // One that escapes nothing stands for itself.
    if (text[at] === "\\" && at + 1 < text.length) at++;
    value += text[at++];
  }
  return { value, rest: text.slice(at + 1) };
}

const upTo = (text, letters) => {
  const at = text.search(letters);
  return at < 0 ? text : text.slice(0, at);
};

// What is wrong is left out, and of two of a name the first one counts.
function readParameters(text) {
  const all = new Map();
  for (let rest = text; rest !== "";) {
    rest = trimStart(rest.slice(1));
    const name = lower(upTo(rest, /[;=]/));
    rest = rest.slice(name.length);
    if (!rest.startsWith("=")) continue;
    rest = rest.slice(1);
    let value;
    const quoted = rest.startsWith('"');
    if (quoted) {
      ({ value, rest } = readQuoted(rest));
      rest = rest.slice(upTo(rest, /;/).length);
    } else {
      const written = upTo(rest, /;/);
      rest = rest.slice(written.length);
      value = trimEnd(written);
    }
    const fits = name !== "" && !NO_TOKEN.test(name) && (quoted || value !== "") && !NO_VALUE.test(value);
    if (fits && !all.has(name)) all.set(name, value);
  }
  return all;
}

const written = (value) => (value !== "" && !NO_TOKEN.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`);

export class MIMEParams {
  #all = new Map();

  delete(name) {
    this.#all.delete(name);
  }

  get(name) {
    return this.#all.get(name) ?? null;
  }

  has(name) {
    return this.#all.has(name);
  }

  set(name, value) {
    const known = lower(check("parameter name", `${name}`, `${name}`));
    this.#all.set(known, check("parameter value", `${value}`, `${value}`, NO_VALUE));
  }

  entries() {
    return this.#all.entries();
  }

  keys() {
    return this.#all.keys();
  }

  values() {
    return this.#all.values();
  }

  [Symbol.iterator]() {
    return this.#all.entries();
  }

  toString() {
    return Array.from(this.#all, ([name, value]) => `${name}=${written(value)}`).join(";");
  }

  toJSON() {
    return this.toString();
  }
}

export class MIMEType {
  #type;
  #subtype;
  #params = new MIMEParams();

  // Null for a text that is none.
  static parse(text) {
    try {
      return new MIMEType(text);
    } catch (error) {
      if (error.code === "ERR_INVALID_MIME_SYNTAX") return null;
      throw error;
    }
  }

  constructor(given) {
    const text = `${given}`;
    const rest = trimStart(text);
    const slash = rest.indexOf("/");
    const type = slash < 0 ? rest : rest.slice(0, slash);
    check("type", type, text);
    if (slash < 0) check("type", "", text);
    const subtype = upTo(rest.slice(slash + 1), /;/);
    this.#type = lower(type);
    this.#subtype = lower(check("subtype", trimEnd(subtype), text));
    for (const [name, value] of readParameters(rest.slice(slash + 1 + subtype.length))) this.#params.set(name, value);
  }

  get type() {
    return this.#type;
  }

  set type(value) {
    this.#type = lower(check("type", `${value}`, `${value}`));
  }

  get subtype() {
    return this.#subtype;
  }

  set subtype(value) {
    this.#subtype = lower(check("subtype", `${value}`, `${value}`));
  }

  get essence() {
    return `${this.#type}/${this.#subtype}`;
  }

  get params() {
    return this.#params;
  }

  toString() {
    const params = String(this.#params);
    return params === "" ? this.essence : `${this.essence};${params}`;
  }

  toJSON() {
    return this.toString();
  }
}
