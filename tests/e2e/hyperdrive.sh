#!/usr/bin/env bash
# connect() to the network, and the database behind a Hyperdrive binding: where it is said, and that nobody sees it.
. tests/e2e/lib.bash

# A database, as far as it goes: says NAME and what it was told.
database() { # NAME: its port is in $scratch/NAME
  beside "$1.log" "$node" -e '
    const [name, file] = process.argv.slice(1);
    const server = require("net").createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", (data) => socket.end(`${name} ${data}`));
    });
    server.listen(0, "127.0.0.1", () => require("fs").writeFileSync(file, String(server.address().port)));
  ' "$1" "$scratch/$1"
  await test -s "$scratch/$1"
}
database first
database second
url() { printf 'postgres://user:hush@127.0.0.1:%s/data' "$(cat "$scratch/$1")"; }

code='import { connect } from "cloudflare:sockets";
export default { async fetch(request, { DB }) {
  try {
    const path = new URL(request.url).pathname;
    const socket = path === "/direct" ? connect("127.0.0.1:'$(cat "$scratch/second")'")
      : connect({ hostname: DB.host, port: DB.port });
    await socket.writable.getWriter().write(new TextEncoder().encode(DB.user + path));
    return new Response(await new Response(socket.readable).text());
  } catch (error) { return new Response(error.message); }
} };'
binding='[[hyperdrive]]
binding = "DB"
id = "1234"'
variable=CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_DB

worker app "$code" "$binding"
write none/.keep ''
for command in serve dev; do
  check "$command: a database must be said" "$(refused "$command" -c "$scratch/app/wrangler.toml")" \
    "1 *set the value of the '$variable' variable or \"DB\"'s \"localConnectionString\"*app/wrangler.toml:5*"
done
check "check: it must, too" "$("$isolane" check -c "$scratch/app/wrangler.toml" 2>&1)" "*$variable*app/wrangler.toml:5*"
check "types: it need not" "$("$isolane" types "$scratch/types.d.ts" -c "$scratch/app/wrangler.toml" 2>&1; cat "$scratch/types.d.ts")" \
  "*DB: Hyperdrive*"

worker app "$code" "$binding
localConnectionString = \"$(url first)\""
start dev --cwd "$scratch/app"
check "the configuration says it" "$(http GET /ask)" "200 first user/ask"
check "connect() reaches any address" "$(http GET /direct)" "200 second user/direct"
check "the table shows the id" "$(cat "$scratch/log")" "*env.DB (1234)*Hyperdrive Config*"
check "and no password" "$(grep -c hush "$scratch/log")" 0

write app/.env "$variable=$(url second)"
start dev --cwd "$scratch/app"
check ".env says it first" "$(http GET /ask)" "200 second user/ask"
check "which is told" "$(cat "$scratch/log")" "*Found a non-empty $variable variable for binding. Hyperdrive will connect*"
check "again without the password" "$(grep -c hush "$scratch/log")" 0
rm "$scratch/app/.env"

for command in explain check graph; do
  check "$command shows no password" "$("$isolane" "$command" --cwd "$scratch/app" 2>&1 | grep -c hush)" 0
done

# A server of MySQL speaks first, in packets: three bytes of length, a number, the rest.
beside mysql.log "$node" -e '
  const [file] = process.argv.slice(1);
  const packet = (number, text) => Buffer.concat([Buffer.from([text.length, 0, 0, number]), Buffer.from(text)]);
  const server = require("net").createServer((socket) => {
    socket.on("error", () => {});
    socket.write(packet(0, "\n8.4.0-none"));
    socket.once("data", (data) => {
      const [length, , , number] = data;
      socket.end(packet(number + 1, `\0${data.subarray(4, 4 + length)}`));
    });
  });
  server.listen(0, "127.0.0.1", () => require("fs").writeFileSync(file, String(server.address().port)));
' "$scratch/mysql"
await test -s "$scratch/mysql"
worker driver 'import { connect } from "node:net";
import { once } from "node:events";
export default { async fetch(request, { DB }) {
  const socket = connect(DB.port, DB.host);
  socket.setNoDelay(true);
  const [greeting] = await once(socket, "data");
  const login = Buffer.from(`\0\0\0\x01${DB.user}:${DB.password}@${DB.database}`, "latin1");
  login.writeUIntLE(login.length - 4, 0, 3);
  socket.write(login);
  const [answer] = await once(socket, "data");
  await once(socket, "close");
  return new Response([greeting.toString("latin1", 5), answer[3], answer[4], answer.toString("latin1", 5), socket.bytesRead].join(" "));
} };' "$binding
localConnectionString = \"mysql://user:hush@127.0.0.1:$(cat "$scratch/mysql")/data\""
start dev --cwd "$scratch/driver"
check "a driver of MySQL reaches it by node:net" "$(http GET /)" "200 8.4.0-none 2 0 user:hush@data 34"
