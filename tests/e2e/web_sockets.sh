#!/usr/bin/env bash
# A client that is not ours, with compression, through a gateway: node's WebSocket.
. tests/e2e/lib.bash

worker front 'export default { fetch: (request, env) => env.ECHO.fetch(request) };' '
services = [{ binding = "ECHO", service = "echo" }]
'
worker echo '
export default {
  fetch(request) {
    const [client, server] = Object.values(new WebSocketPair());
    server.accept();
    server.addEventListener("message", ({ data }) => {
      if (data === "quit") server.close(4001, "as you wish");
      else server.send(data);
    });
    const protocol = request.headers.get("sec-websocket-protocol");
    const headers = protocol === null ? {} : { "sec-websocket-protocol": protocol.split(",")[0] };
    return new Response(null, { status: 101, webSocket: client, headers });
  },
};'

# Runs JavaScript with `socket`, which is open, `echo(message)` and `ended()`.
client() { # CODE
  "$node" -e '
    const socket = new WebSocket(process.argv[1].replace("http", "ws") + "/chat", ["chat", "more"]);
    socket.binaryType = "arraybuffer";
    const once = (type) => new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));
    const echo = async (message) => { socket.send(message); return (await once("message")).data; };
    const ended = async () => { const { code, reason, wasClean } = await once("close"); return [code, reason, wasClean]; };
    socket.onerror = ({ message }) => { console.log("error " + message); process.exit(); };
    socket.onopen = async () => { console.log(JSON.stringify(await eval(`(async () => { ${process.argv[2]} })()`))); process.exit(); };
  ' "$origin" "$1"
}

start dev -c "$scratch/front/wrangler.toml" -c "$scratch/echo/wrangler.toml"
check "protocol and extension" "$(client 'return [socket.protocol, socket.extensions.split(";")[0]];')" \
  '\["chat","permessage-deflate"]'
check "text of all sizes" "$(client '
  const texts = [0, 1, 125, 126, 127, 65535, 65536, 1 << 20].map((size) => "w\u00f6rter ".repeat(size / 7 + 1).slice(0, size));
  let same = 0;
  for (const text of texts) same += (await echo(text)) === text;
  return same;')" 8
check "bytes that do not shrink" "$(client '
  const bytes = crypto.getRandomValues(new Uint8Array(60000));
  return Buffer.compare(Buffer.from(await echo(bytes)), bytes);')" 0
check "many at once, in order" "$(client '
  const got = [];
  const all = new Promise((resolve) => socket.addEventListener("message", ({ data }) => { if (got.push(data) === 2000) resolve(); }));
  for (let i = 0; i < 2000; i++) socket.send(i + " " + "x".repeat(i % 300));
  await all;
  return got.every((data, i) => data.startsWith(i + " "));')" true
check "the Worker closes" "$(client 'socket.send("quit"); return ended();')" '\[4001,"as you wish",true]'
check "the client closes" "$(client 'socket.close(3000, "done"); return ended();')" '\[3000,"done",true]'

# A server that is told to stop tells its clients.
beside client client 'socket.send("ready"); await once("message"); console.log("open"); return ended();'
await grep -q open "$scratch/client"
kill "$server"
wait "$server"
check "the server stops, and does not wait" "$?" 143
server=
wait "$other"
check "the client is told" "$(tail -n 1 "$scratch/client")" '\[1001,"The server is stopping.",true]'
