// Runs cases, in a Worker and in Node.js: one line for each, "name: what came of it".
const show = (value) => (typeof value === "string" ? value : value === undefined ? "undefined" : JSON.stringify(value));

async function outcome(run) {
  try {
    return show(await run());
  } catch (error) {
    const errno = error.errno === undefined ? "" : ` errno ${error.errno}`;
    return `throws ${error.name}${error.code === undefined ? "" : ` ${error.code}`}${errno}: ${error.message}`;
  }
}

export async function report(cases) {
  const lines = [];
  for (const [name, run] of Object.entries(cases)) {
    lines.push(`${name}: ${(await outcome(run)).replaceAll("\n", "\\n")}`);
  }
  return `${lines.join("\n")}\n`;
}
