// Lines of two texts side by side: "+" for the first, "-" for the second, with as few of both as can be.
// E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", which Node.js follows: among ways of one
// length its is the one that is shown.

// What is longer than this is shown as two blocks.
const MAX_LINES = 1000;
// Equal lines shown behind a difference.
const CONTEXT = 5;

export const sameLine = (a, b) => a === b;
// An element that is the last of its list in one text has a comma behind it in the other.
export const sameElement = (a, b) => a === b || `${a},` === b || a === `${b},`;

// A step of the search: how far in `actual` each diagonal was reached, the middle one of which is 0.
const reachedAt = (step, diagonal) => step[diagonal + (step.length >> 1)];

// Whether the way to a diagonal with `edits` edits comes from the one above it: by a line of `expected`.
const comesDown = (step, diagonal, edits) => diagonal === -edits ||
  (diagonal !== edits && reachedAt(step, diagonal - 1) < reachedAt(step, diagonal + 1));

// The steps that it takes: where all ways were before the first edit, before the second, and so on.
function search(actual, expected, isSame) {
  const steps = [];
  let step = new Int32Array(3);
  for (let edits = 0; ; edits++) {
    steps.push(step);
    const next = new Int32Array(step.length + 2);
    next.set(step, 1);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let i = comesDown(step, diagonal, edits) ? reachedAt(step, diagonal + 1) : reachedAt(step, diagonal - 1) + 1;
      while (i < actual.length && i - diagonal < expected.length && isSame(actual[i], expected[i - diagonal])) i++;
      if (i >= actual.length && i - diagonal >= expected.length) return steps;
      next[diagonal + (next.length >> 1)] = i;
    }
    step = next;
  }
}

function marked(actual, expected, isSame) {
  if (actual.length > MAX_LINES || expected.length > MAX_LINES) {
    return [...actual.map((line) => `+ ${line}`), ...expected.map((line) => `- ${line}`)];
  }
  const lines = [];
  const steps = search(actual, expected, isSame);
  let [i, k] = [actual.length, expected.length];
  for (let edits = steps.length - 1; edits >= 0; edits--) {
    const before = i - k + (comesDown(steps[edits], i - k, edits) ? 1 : -1);
    const from = reachedAt(steps[edits], before);
    while (i > from && k > from - before) {
      i--;
      k--;
      lines.push(`  ${actual[i].endsWith(",") ? actual[i] : expected[k]}`);
    }
    if (edits === 0) break;
    lines.push(i > from ? `+ ${actual[--i]}` : `- ${expected[--k]}`);
  }
  return lines.reverse();
}

// { text, skipped }: long runs of equal lines are shortened.
export function diffLines(actual, expected, isSame) {
  const shown = [];
  let run = [];
  let skipped = false;
  for (const line of marked(actual, expected, isSame)) {
    if (line.startsWith("  ")) {
      run.push(line);
      continue;
    }
    // Two lines are not worth the dots.
    const long = run.length > CONTEXT + 2;
    shown.push(...(long ? [...run.slice(0, CONTEXT), "...", run.at(-1)] : run), line);
    skipped ||= long;
    run = [];
  }
  return { text: [...shown, ...run.slice(0, CONTEXT)].join("\n"), skipped };
}
