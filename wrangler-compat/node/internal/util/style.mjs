// Text with colours for a terminal, which the log of a Worker is not taken for.
import { invalidArgValue } from "../errors.mjs";
import { inspect } from "./inspect.mjs";

export function styleText(format, text, { validateStream = true } = {}) {
  let [before, after] = ["", ""];
  for (const name of [format].flat()) {
    const codes = inspect.colors[name];
    if (!codes) throw invalidArgValue("format", name);
    before += `\u001b[${codes[0]}m`;
    after = `\u001b[${codes[1]}m${after}`;
  }
  return validateStream ? text : before + text + after;
}
