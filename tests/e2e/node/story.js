// What a socket tells until it is closed. How bytes come in pieces is nobody's promise: they are put together.
const EVENTS = ["connectionAttempt", "connect", "ready", "secureConnect", "end", "finish", "timeout", "error", "close"];

const told = (value) => (value instanceof Error ? [value.name, value.code, value.message] : value);

export function story(socket, act = () => {}) {
  return new Promise((resolve) => {
    const lines = [];
    for (const event of EVENTS) {
      socket.on(event, (...values) => {
        lines.push([event, ...values.map(told)]);
        if (event === "close") resolve(lines);
      });
    }
    socket.on("data", (data) => {
      if (lines.at(-1)?.[0] === "data") lines.at(-1)[1] += data;
      else lines.push(["data", `${data}`]);
    });
    act(socket, (...values) => lines.push(values.map(told)));
  });
}

export const attempt = (run) => { try { return run(); } catch (error) { return told(error); } };
