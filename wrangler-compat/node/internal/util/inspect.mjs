// Values as text: Node.js's own code, taken out of it by a package.
import extracted from "npm:node-inspect-extracted";

const WIDTH = 72;

// The runtime's classes show themselves by these two of the console's inspect().
function extend(inspect) {
  const named = (name, view, depth, options) => (depth < 0
    ? `[${name}]` : `${name} ${inspect(view, { ...options, depth })}`);
  const pairs = (name, list, options) => {
    const entries = [];
    for (let i = 0; i < list.length; i += 2) {
      entries.push(`${inspect(list[i], options)} => ${inspect(list[i + 1], options)}`);
    }
    const line = entries.join(", ");
    const body = entries.length === 0 ? "{}"
      : line.length <= WIDTH ? `{ ${line} }` : `{\n  ${entries.join(",\n  ")}\n}`;
    return `${name}(${entries.length}) ${body}`;
  };
  return Object.defineProperties(inspect, { named: { value: named }, pairs: { value: pairs } });
}

export const inspect = /* @__PURE__ */ extend(extracted.inspect);
export const { format, formatWithOptions, stripVTControlCharacters } = extracted;
