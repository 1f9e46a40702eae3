#include "vercel-compat/node_server.h"

namespace isolane::vercel {
namespace {

constexpr char kProgram[] = R"js(
'use strict';
const http = require('node:http');
const net = require('node:net');
const { Readable } = require('node:stream');
const { pathToFileURL } = require('node:url');

const entry = process.argv[1];
process.argv = [process.execPath, entry];
delete process.env.ISOLANE_NODE_SERVER;
const where = { port: Number(process.env.PORT), host: '127.0.0.1' };

let listening = false;
const { listen } = net.Server.prototype;
net.Server.prototype.listen = function (...args) {
  const local = typeof args[0] === 'string' || typeof args[0]?.path === 'string';
  if (listening || local) return listen.apply(this, args);
  listening = true;
  const done = args.findLast((one) => typeof one === 'function');
  return listen.call(this, where, ...(done === undefined ? [] : [done]));
};

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'PATCH'];

async function answer(handlers, request, response) {
  const handler = typeof handlers.fetch === 'function' ? 'fetch' : request.method;
  if (handler !== 'fetch' && !(METHODS.includes(handler) && typeof handlers[handler] === 'function')) {
    response.writeHead(405).end();
    return;
  }
  const headers = new Headers();
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    headers.append(request.rawHeaders[i], request.rawHeaders[i + 1]);
  }
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const result = await handlers[handler](
    new Request(new URL(request.url, `http://${request.headers.host}`), {
      method: request.method,
      headers,
      signal: gone.signal,
      ...(hasBody ? { body: Readable.toWeb(request), duplex: 'half' } : {}),
    }),
  );
  response.statusCode = result.status;
  if (result.statusText) response.statusMessage = result.statusText;
  for (const [name, value] of result.headers) {
    if (name !== 'set-cookie') response.setHeader(name, value);
  }
  const cookies = result.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  if (result.body === null) {
    response.end();
  } else {
    Readable.fromWeb(result.body).on('error', () => response.destroy()).pipe(response);
  }
}

function listenerFor(exported) {
  let app = exported;
  for (let i = 0; i < 5 && app?.default !== undefined; i++) app = app.default;
  if (app === undefined || app === null) return undefined;
  if (typeof app.callback === 'function') return app.callback();
  if (typeof app.fetch === 'function' || METHODS.some((name) => typeof app[name] === 'function')) {
    return (request, response) => {
      answer(app, request, response).catch((error) => {
        console.error(error);
        if (response.headersSent) response.destroy();
        else response.writeHead(500).end();
      });
    };
  }
  return typeof app === 'function' ? app : undefined;
}

(async () => {
  const exported = await import(pathToFileURL(entry).href);
  await new Promise(setImmediate);
  if (listening) return;
  const listener = listenerFor(exported);
  if (listener !== undefined) http.createServer(listener).listen(where);
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
)js";

}  // namespace

std::string_view NodeServerProgram() { return kProgram; }

}  // namespace isolane::vercel
