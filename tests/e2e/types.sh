#!/usr/bin/env bash
# `isolane types`: what it writes is read by TypeScript, with the samples and with a project of its own.
. tests/e2e/lib.bash

program=$(readlink -f "$isolane")
tsc=$PWD/third_party/npm/node_modules/typescript/bin/tsc
node=$(readlink -f "$node")
samples=$scratch/samples
cp -r samples "$samples"

types() { (cd "$scratch" && timeout 60 "$program" types "$@" 2>&1); }
compile() { timeout 120 "$node" "$tsc" -p "$1" 2>&1 && echo compiles; }
tsconfig() { # FOLDER [MORE OPTIONS]
  write "$1/tsconfig.json" "{ \"compilerOptions\": { \"target\": \"esnext\", \"module\": \"esnext\",
    \"moduleResolution\": \"bundler\", \"lib\": [\"esnext\"], \"strict\": true, \"noEmit\": true, \"types\": [], \"skipDefaultLibCheck\": true,
    \"allowJs\": true, \"checkJs\": true, \"noImplicitAny\": false, \"useUnknownInCatchVariables\": false ${2-} } }"
}

# The samples.
for sample in gateway-auth rpc hello; do
  tsconfig "samples/$sample"
  configs=()
  while read -r config; do configs+=(-c "$config"); done < <(find "$samples/$sample" -name wrangler.toml | sort -r)
  check "$sample: types are written" "$(types "${configs[@]}")" "Wrote samples/$sample/*worker-configuration.d.ts*"
  check "$sample compiles with them" "$(compile "$samples/$sample")" "compiles"
done
write samples/rpc/shop/use.ts '
export async function use(env: ShopEnv): Promise<number> {
  const names: string[] = await env.CARTS.open().fill(["apple"]).items;
  using cart = await env.CARTS.open();
  await cart.add("apple", (total: number) => names.push(String(total)));
  // @ts-expect-error there is no such method
  await env.CARTS.close();
  // @ts-expect-error nor is this
  await cart.close();
  return cart.total();
}'
check "methods of a bound Worker are typed by its source" "$(compile "$samples/rpc")" "compiles"
check "names that are wrong are found" "$(sed -i '/ts-expect-error/d' "$samples/rpc/shop/use.ts"; compile "$samples/rpc")" \
  "*'close' does not exist*'close' does not exist*"

# Two projects, each with its own tsconfig.json.
worker auth '
import { DurableObject, RpcTarget, WorkerEntrypoint } from "cloudflare:workers";
class Session extends RpcTarget {
  /** @param {(text: string) => void} listener */
  async listen(listener) { listener("hi"); return 1; }
  get user() { return { name: "ada" }; }
}
/** @extends {WorkerEntrypoint<AuthEnv>} */
export class Admin extends WorkerEntrypoint {
  /** @param {string} token */
  async verify(token) { return { ok: token === this.env.KEY, at: new Date() }; }
  open() { return new Session(); }
  /** @param {number} by */
  counter(by) { return (/** @type {number} */ n) => n + by; }
}
/** @extends {DurableObject<AuthEnv>} */
export class Room extends DurableObject {
  /** @param {string} who */
  join(who) { return this.ctx.storage.sql.exec("select ?", who).toArray().length; }
}
/** @type {ExportedHandler<AuthEnv>} */
const handler = {
  async fetch(request, env, ctx) { ctx.waitUntil(Promise.resolve()); return new Response(env.KEY + request.url); },
};
export default handler;' \
'vars = { KEY = "k", LIMITS = { max = 3 } }
durable_objects = { bindings = [{ name = "ROOMS", class_name = "Room" }] }
migrations = [{ tag = "v1", new_sqlite_classes = ["Room"] }]'
worker gateway '' 'services = [
  { binding = "AUTH", service = "auth" },
  { binding = "ADMIN", service = "auth", entrypoint = "Admin" },
]
durable_objects = { bindings = [{ name = "ROOMS", class_name = "Room", script_name = "auth" }] }'
write gateway/gateway.ts '
import { env as global } from "cloudflare:workers";
export default {
  async fetch(request, env, ctx): Promise<Response> {
    const response: Response = await env.AUTH.fetch(request, { cf: {} });
    const { ok, at } = await env.ADMIN.verify("x");
    const when: Date = at;
    const good: boolean = ok;
    const name: string = await env.ADMIN.open().user.name;
    const told: number = await env.ADMIN.open().listen((text) => void text.length);
    const count = await env.ADMIN.counter(1);
    const sum: number = await count(2);
    const members: number = await global.ROOMS.getByName("lobby").join("ada");
    // @ts-expect-error a token is a text
    await env.ADMIN.verify(1);
    // @ts-expect-error the default export has no methods
    await env.AUTH.verify("x");
    // @ts-expect-error a name is no number
    const wrong: number = await env.ADMIN.open().user.name;
    // @ts-expect-error env and ctx are the callee'\''s own
    env.ADMIN.ctx;
    // @ts-expect-error no such binding
    env.KEY;
    const [client, server] = Object.values(new WebSocketPair());
    server.accept();
    return new Response([when, good, name, told, sum, members, wrong, response].join(), { webSocket: client });
  },
} satisfies ExportedHandler<Env>;'
sed -i 's/^main = .*/main = "gateway.ts"/' "$scratch/gateway/wrangler.toml"
rm "$scratch/gateway/index.js"
for name in auth gateway; do tsconfig "$name" ', "noImplicitAny": true, "allowImportingTsExtensions": true'; done
configs=(-c gateway/wrangler.toml -c auth/wrangler.toml)
check "files are missing at first" "$(types --check "${configs[@]}"; echo "status $?")" \
  "*gateway/worker-configuration.d.ts is missing*auth/worker-configuration.d.ts is missing*status 1"
check "they are written beside each configuration, once for the platform" "$(types "${configs[@]}")" \
  "Wrote gateway/worker-configuration.d.ts
Wrote auth/worker-configuration.d.ts
Wrote gateway/worker-runtime.d.ts"
check "and only once" "$(types "${configs[@]}")" "Unchanged *
Unchanged *
Unchanged *"
check "the one that is bound to compiles" "$(compile "$scratch/auth")" "compiles"
check "the one that is bound compiles, and knows the other" "$(compile "$scratch/gateway")" "compiles"
write gateway/flow.ts 'import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { NonRetryableError } from "cloudflare:workflows";
export class Flow extends WorkflowEntrypoint<Env, { id: number }> {
  async run(event: WorkflowEvent<{ id: number }>, step: WorkflowStep): Promise<string> {
    const id: number = await step.do("load", async () => event.payload.id);
    await step.sleep("wait", "1 hour");
    if (id < 0) throw new NonRetryableError("negative");
    return `${id} ${event.timestamp.getTime()}`;
  }
}'
write gateway/use-flow.ts 'export async function use(flow: Workflow<Parameters<import("./flow").Flow["run"]>[0]["payload"]>) {
  const instance = await flow.create({ id: "a", params: { id: 7 } });
  await instance.sendEvent({ type: "go", payload: 1 });
  const { created } = await flow.createBatch({ instances: [{ params: { id: 1 } }] });
  return (await created[0].status()).status === "complete";
}'
check "a Workflow compiles" "$(compile "$scratch/gateway")" "compiles"
write gateway/spans.ts 'import { tracing, withEnvAndExports } from "cloudflare:workers";
export default {
  async fetch(request, env, ctx) {
    const length: number = tracing.enterSpan("a", (span, text: string) => span.setAttribute("b", 1) && text.length, "c");
    const same: boolean = tracing === ctx.tracing && withEnvAndExports({}, {}, () => true);
    const found = new URLPattern({ pathname: "/:id" }).exec(request.url)?.pathname.groups.id;
    const { port1 } = new MessageChannel();
    port1.postMessage(performance.mark("d").startTime);
    const key: CryptoKey = await crypto.subtle.importKey("raw", new Uint8Array(16), "AES-GCM", false, ["encrypt"]);
    await caches.default.match(request);
    return Response.json([length, same, found, key.type]);
  },
} satisfies ExportedHandler<Env>;'
check "spans and the rest of the platform compile" "$(compile "$scratch/gateway")" "compiles"
mkdir "$scratch/plain"
cp "$scratch/gateway/worker-runtime.d.ts" "$scratch/plain/"
write plain/tsconfig.json '{ "compilerOptions": { "lib": ["es2022", "webworker"], "types": [], "noEmit": true, "strict": true } }'
check "the platform needs no newer library than its code" "$(compile "$scratch/plain")" "compiles"
check "nothing is out of date" "$(types --check "${configs[@]}"; echo "status $?")" "status 0"
sed -i 's/KEY = "k"/KEY = "other"/' "$scratch/auth/wrangler.toml"
check "until a configuration changes" "$(types --check "${configs[@]}"; echo "status $?")" "*is out of date*status 1"
check "a flag of another command is refused" "$(refused dev --strict-vars false)" \
  "1 *--strict-vars is an option of isolane types only*"
