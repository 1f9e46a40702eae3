// The error of a failed assertion, with a message that shows both values.
import { inspect } from "../util/inspect.mjs";
import { diffLines, sameElement, sameLine } from "./line_diff.mjs";

const TITLES = {
  deepStrictEqual: "Expected values to be strictly deep-equal:",
  strictEqual: "Expected values to be strictly equal:",
  strictEqualObject: 'Expected "actual" to be reference-equal to "expected":',
  deepEqual: "Expected values to be loosely deep-equal:",
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notStrictEqualObject: 'Expected "actual" not to be reference-equal to "expected":',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
  notDeepEqualUnequal: "Expected values not to be loosely deep-equal:",
  notIdentical: "Values have same structure but are not reference-equal:",
  partialDeepStrictEqual: "Expected values to be partially and strictly deep-equal:",
};

// Together, values of one line up to this length stand beside each other.
const SHORT = 12;
// Up to this length a mark says where they differ.
const WIDTH = 80;
const LONG = 512;
const MAX_LINES = 51;

const show = (value) => inspect(value, {
  compact: false, customInspect: false, depth: 1000, maxArrayLength: Infinity, showHidden: false,
  showProxy: false, sorted: true, getters: true, breakLength: Infinity,
});
const isObject = (value) => typeof value === "object" && value !== null;
const isFunction = (value) => typeof value === "function";
const shorten = (text, most) => (text.length > most ? `${text.slice(0, most - 3)}...` : text);
// Where an error was made says nothing of what it is.
function withoutStack(error) {
  const copy = Object.assign(Object.create(Object.getPrototypeOf(error)), error);
  for (const name of ["message", "cause"]) {
    const own = Object.getOwnPropertyDescriptor(error, name);
    if (own !== undefined) Object.defineProperty(copy, name, own);
  }
  return copy;
}

// Of values of one line, not both of them objects.
function simpleDifferenceOf(left, right, actual, expected) {
  const quotes = [actual, expected].filter((value) => typeof value === "string").length * 2;
  const zeros = actual === 0 && expected === 0;
  if (left.length + right.length - quotes <= SHORT && !zeros) return `\n${left} !== ${right}`;
  const lines = `+ actual - expected\n\n+ ${left}\n- ${right}`;
  if (left.length + right.length > WIDTH) return lines;
  let at = 0;
  while (left[at] === right[at]) at++;
  // A difference at the beginning is seen without a mark.
  return at < 3 ? lines : `${lines}\n${" ".repeat(at + 2)}^`;
}

function differenceOf(actual, expected, operator) {
  const [left, right] = [show(actual).split("\n"), show(expected).split("\n")];
  let title = TITLES[operator];
  const both = (is) => is(actual) && is(expected);
  if (operator === "strictEqual" && (both(isObject) || both(isFunction))) title = TITLES.strictEqualObject;
  if (left.length === 1 && right.length === 1 && !both(isObject)) {
    return `${title}\n${simpleDifferenceOf(left[0], right[0], actual, expected)}\n`;
  }
  if (left.join("\n") === right.join("\n")) {
    const text = left.length > MAX_LINES ? [...left.slice(0, MAX_LINES - 1), "..."] : left;
    return `${TITLES.notIdentical}\n\n${text.join("\n")}\n`;
  }
  const { text, skipped } = diffLines(left, right, isObject(actual) ? sameElement : sameLine);
  return `${title}\n+ actual - expected${skipped ? "\n... Skipped lines" : ""}\n\n${text}\n`;
}

function unwantedOf(actual, operator) {
  const lines = show(actual).split("\n");
  const objects = operator === "notStrictEqual" && (isObject(actual) || isFunction(actual));
  const title = objects ? TITLES.notStrictEqualObject : TITLES[operator];
  const text = (lines.length > MAX_LINES ? [...lines.slice(0, MAX_LINES - 1), "..."] : lines).join("\n");
  return lines.length === 1 ? `${title}${text.length > 5 ? "\n\n" : " "}${text}` : `${title}\n\n${text}\n`;
}

function messageOf({ actual, expected, operator }) {
  if (["deepStrictEqual", "strictEqual", "partialDeepStrictEqual"].includes(operator)) {
    return differenceOf(actual, expected, operator);
  }
  if (["notDeepStrictEqual", "notStrictEqual"].includes(operator)) return unwantedOf(actual, operator);
  const texts = [show(actual), show(expected)];
  const [left, right] = texts.map((text) => shorten(text, LONG));
  if (operator === "deepEqual") return `${TITLES.deepEqual}\n\n${left}\n\nshould loosely deep-equal\n\n${right}`;
  if (operator !== "notDeepEqual") return `${left} ${operator} ${right}`;
  if (texts[0] === texts[1]) return shorten(`${TITLES.notDeepEqual}\n\n${texts[0]}`, 2 * LONG);
  return `${TITLES.notDeepEqualUnequal}\n\n${left}\n\nshould not loosely deep-equal\n\n${right}`;
}

export class AssertionError extends Error {
  constructor(options) {
    const { message, actual, expected, operator, stackStartFn } = options;
    const shown = [actual, expected].every((value) => value instanceof Error && "stack" in value)
      ? { operator, actual: withoutStack(actual), expected: withoutStack(expected) } : options;
    super(message === undefined ? messageOf(shown) : String(message));
    this.generatedMessage = message === undefined;
    Object.defineProperty(this, "name", {
      value: "AssertionError [ERR_ASSERTION]", writable: true, configurable: true,
    });
    this.code = "ERR_ASSERTION";
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
    // The stack starts at whoever asserts, and its first line has the code.
    Error.captureStackTrace?.(this, stackStartFn);
    void this.stack;
    this.name = "AssertionError";
  }

  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}
