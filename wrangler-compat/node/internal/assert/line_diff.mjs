// Lines of two texts side by side: "+" for the first, "-" for the second, by the longest common sequence.

// A table of all pairs is made: what is longer than this is shown as two blocks.
const MAX_LINES = 1000;
// Equal lines shown around differences.
const CONTEXT = 2;
// So many are shown anyway.
const WHOLE = 30;

function marked(actual, expected) {
  const lines = [];
  if (actual.length > MAX_LINES || expected.length > MAX_LINES) {
    return [...actual.map((line) => `+ ${line}`), ...expected.map((line) => `- ${line}`)];
  }
  const width = expected.length + 1;
  const common = new Uint16Array((actual.length + 1) * width);
  for (let i = actual.length - 1; i >= 0; i--) {
    for (let k = expected.length - 1; k >= 0; k--) {
      common[i * width + k] = actual[i] === expected[k] ? common[(i + 1) * width + k + 1] + 1
        : Math.max(common[(i + 1) * width + k], common[i * width + k + 1]);
    }
  }
  let [i, k] = [0, 0];
  while (i < actual.length || k < expected.length) {
    if (i < actual.length && k < expected.length && actual[i] === expected[k]) {
      lines.push(`  ${actual[i++]}`);
      k++;
    } else if (i < actual.length && (k === expected.length || common[(i + 1) * width + k] >= common[i * width + k + 1])) {
      lines.push(`+ ${actual[i++]}`);
    } else {
      lines.push(`- ${expected[k++]}`);
    }
  }
  return lines;
}

// { text, skipped }: long runs of equal lines are left out.
export function diffLines(actual, expected) {
  const lines = marked(actual, expected);
  if (lines.length <= WHOLE) return { text: lines.join("\n"), skipped: false };
  const near = (at) => lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some((line) => !line.startsWith("  "));
  const shown = [];
  let skipped = false;
  for (let at = 0; at < lines.length; at++) {
    // One line is not worth the dots.
    if (near(at) || (near(at - 1) && near(at + 1))) shown.push(lines[at]);
    else if (shown.at(-1) !== "...") {
      shown.push("...");
      skipped = true;
    }
  }
  return { text: shown.join("\n"), skipped };
}
