// Who the sockets of sockets.js and secure.js are connected to: node server.js FILE [KEY CERTIFICATE]. The first line
// that comes says what is wanted. FILE gets the port, and that with TLS, if there is one.
import { readFileSync, writeFileSync } from "node:fs";
import net from "node:net";
import tls from "node:tls";

const [file, key, certificate] = process.argv.slice(2);
const secure = key && { key: readFileSync(key), cert: readFileSync(certificate) };

const wishes = {
  // All that comes goes back.
  echo: (socket, rest) => { if (rest.length > 0) socket.write(rest); socket.pipe(socket); },
  // An answer, and the end of it, while the other side may go on.
  greet: (socket) => { socket.resume(); socket.end("hello"); },
  large: (socket) => { socket.resume(); socket.end(Buffer.alloc(3_000_000, "x")); },
  // How many bytes came, once they all have.
  count: (socket, rest) => {
    let count = rest.length;
    socket.on("data", (data) => { count += data.length; });
    socket.on("end", () => socket.end(`${count}`));
  },
  // That, behind an answer that has ended.
  first: (socket, rest) => { wishes.count(socket, rest); socket.write("you first"); },
  reset: (socket) => socket.resetAndDestroy(),
  silent: (socket) => socket.resume(),
  secure(socket) {
    socket.write("go");
    serve(new tls.TLSSocket(socket, { isServer: true, ...secure }));
  },
  // It does not know TLS.
  insecure(socket) {
    socket.write("go");
    socket.once("data", () => socket.destroy());
  },
};

function serve(socket) {
  let line = Buffer.alloc(0);
  socket.on("error", () => {});
  socket.on("data", function look(data) {
    line = Buffer.concat([line, data]);
    const end = line.indexOf("\n");
    if (end < 0) return;
    socket.off("data", look);
    wishes[line.subarray(0, end).toString()](socket, line.subarray(end + 1));
  });
}

function listen(server) {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
}

const ports = [await listen(net.createServer({ allowHalfOpen: true }, serve))];
if (secure) ports.push(await listen(tls.createServer({ allowHalfOpen: true, ...secure }, serve)));
writeFileSync(file, ports.join(" "));
