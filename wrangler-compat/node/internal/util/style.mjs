// Text with colours for a terminal, which the log of a Worker is not taken for.
import { checkString } from "../checks.mjs";
import { invalidArgValue } from "../errors.mjs";
import { inspect } from "./inspect.mjs";

export function styleText(format, text, { validateStream = true } = {}) {
  checkString(text, "text");
  let [before, after] = ["", ""];
  for (const name of [format].flat()) {
    const codes = inspect.colors[name];
    if (!codes) {
      const names = Object.getOwnPropertyNames(inspect.colors).map((one) => `'${one}'`).join(", ");
      throw invalidArgValue("format", name, `must be one of: ${names}`);
    }
    before += `\u001b[${codes[0]}m`;
    after = `\u001b[${codes[1]}m${after}`;
  }
  return validateStream ? text : before + text + after;
}
