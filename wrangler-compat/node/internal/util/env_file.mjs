// The text of an .env file as an object.
import { checkString } from "../checks.mjs";

const LINE = /^\s*(?:export\s+)?([\w.-]+)\s*=[ \t]*("[^"]*"|'[^']*'|`[^`]*`|[^#\r\n]*)/gm;

export function parseEnv(content) {
  checkString(content, "content");
  const values = {};
  for (const [, name, written] of content.matchAll(LINE)) {
    const text = written.trim();
    const quote = /^(["'`])([^]*)\1$/.exec(text);
    values[name] = quote === null ? text : quote[1] === '"' ? quote[2].replaceAll("\\n", "\n") : quote[2];
  }
  return values;
}
