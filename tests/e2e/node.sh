#!/usr/bin/env bash
# Modules of Node.js in a Worker: what comes of each case of tests/e2e/node is what comes of it in Node.js.
. tests/e2e/lib.bash

literal() { sed 's/[][*?\\()|!@+]/\\&/g' <<<"$1"; }

# Whom sockets are connected to. Those with TLS need a certificate, and so the program openssl.
files=(buffers events hashes derivation ciphers streams compression values paths addresses identities sockets others names)
pair=()
if command -v openssl >/dev/null; then
  pair=("$scratch/key.pem" "$scratch/cert.pem")
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "${pair[0]}" -out "${pair[1]}" -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
  export SSL_CERT_FILE=${pair[1]} NODE_EXTRA_CA_CERTS=${pair[1]}
  files+=(secure)
else
  echo "skipped: sockets with TLS, which need the program openssl"
fi
beside server.log "$node" tests/e2e/node/server.js "$scratch/ports" "${pair[@]}"
await test -s "$scratch/ports"
read -r SERVER_PORT SECURE_PORT <"$scratch/ports"
export SERVER_PORT SECURE_PORT

start dev -c tests/e2e/node/wrangler.toml --var SERVER_PORT:"$SERVER_PORT" --var SECURE_PORT:"$SECURE_PORT"
if ((${#pair[@]} > 0)); then
  check "a certificate is not shown to who wants to see it" "$(http GET /pinned)" \
    "200 pinned: throws Error ERR_METHOD_NOT_IMPLEMENTED: isolane does not have certificates of servers, whose fingerprint is asked for. Whose they are has been checked"
fi
for file in "${files[@]}"; do
  mapfile -t got < <(http GET "/$file")
  mapfile -t wanted < <(printf '200 ' && GREETING=hello "$node" --no-warnings tests/e2e/node/in_node.js "$file")
  check "$file: as many cases" "${#got[@]}" "${#wanted[@]}"
  for i in "${!wanted[@]}"; do
    name=${wanted[i]#200 }
    check "$file: ${name%%: *}" "${got[i]-nothing}" "$(literal "${wanted[i]}")"
  done
done

check "a Worker is told where it is, and what it does not have by name" "$(http GET /own)" \
  "200 process: \\[\"linux\",\"x64\",\"workerd\",\\[\"workerd\"\\],\"/bundle\",\"hello\",true\\]
on, of an emitter that fails at once: \\[\"boom\",\\[\"newListener\"\\]\\]
createSign: throws Error ERR_METHOD_NOT_IMPLEMENTED: isolane does not have crypto.createSign
ECDH: throws Error ERR_METHOD_NOT_IMPLEMENTED: isolane does not have crypto.ECDH
brotli: throws Error ERR_METHOD_NOT_IMPLEMENTED: isolane does not have zlib.brotliCompressSync
net.createServer: throws Error ERR_METHOD_NOT_IMPLEMENTED: isolane does not have net.createServer: a Worker is connected to by its connect handler
net.connect() to a path: throws TypeError ERR_INVALID_ARG_VALUE: The argument 'path' is not supported: a Worker reaches ports of hosts, and no sockets of files. Received '/run/socket'
tls.connect() that trusts everybody: throws Error ERR_OPTION_NOT_IMPLEMENTED: isolane does not have options.rejectUnauthorized: false of node:tls. *SSL_CERT_FILE*
tls.connect() over another stream: throws Error ERR_METHOD_NOT_IMPLEMENTED: isolane does not have TLS over a stream that is not a net.Socket
tls.connect() over a socket that is closed: throws Error ERR_SOCKET_CLOSED: Socket is closed
certificates: throws Error ERR_METHOD_NOT_IMPLEMENTED: isolane does not have TLSSocket.getPeerX509Certificate"
check "and nothing is said in the log" "$(grep -c -i 'warn\|deprecat' "$scratch/log")" 0

worker directory 'import { chdir, cwd } from "node:process";
import { resolve } from "node:path";
export default { fetch() { chdir("/a/b"); chdir("../c"); return new Response([cwd(), resolve("d")].join(" ")); } };'
start dev -c "$scratch/directory/wrangler.toml"
check "paths begin where the process went, also if nobody asks for the global" "$(http GET /)" "200 /a/c /a/c/d"

worker behind 'class Mine extends Buffer {}
export default {
  fetch() {
    const names = [];
    for (const name in process.env) names.push(name);
    return new Response(`${names} ${Mine.from("a").length}`);
  },
};' '[vars]
GREETING = "hello"'
start dev -c "$scratch/behind/wrangler.toml"
check "globals are there for who names them behind a declaration" "$(http GET /)" "200 GREETING 1"
