#!/usr/bin/env bash
# isolane as a child of Node.js with a channel.
. tests/e2e/lib.bash

worker app 'export default { fetch: () => new Response("ready") };' "
[build]
command = 'env | grep -c NODE_CHANNEL > $scratch/channels; true'"
check "a parent is told when dev is ready, and where" "$(timeout 60 "$node" -e '
  const { fork } = require("node:child_process");
  const [isolane, config] = process.argv.slice(1);
  const child = fork(config, ["--port", "0"], {
    execPath: isolane, execArgv: ["dev", "-c"], stdio: ["ignore", "ignore", "inherit", "ipc"] });
  child.on("message", async (message) => {
    const { event, ip, port } = JSON.parse(message);
    console.log(event, await (await fetch(`http://${ip}:${port}`)).text());
    child.kill();
  });
  child.on("exit", (code) => console.log("exit", code));
' "$PWD/$isolane" "$scratch/app/wrangler.toml" 2>&1)" 'DEV_SERVER_READY ready
exit 143'
check "which is between the two only" "$(cat "$scratch/channels")" 0
