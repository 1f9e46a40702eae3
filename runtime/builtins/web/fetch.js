// fetch(): calls on service bindings and to the network. Both are calls on a numbered channel of C++;
// what differs is who answers (runtime/worker/dispatcher.h).
//
// Redirects are followed here, so a binding calls the same target again with the new URL
// (spec/service-bindings.md section 3).
'use strict';

const { state, getFrame, putOff, requireContext, enterContext } = require('internal/context');
const { keepCall, takeCall } = require('internal/calls');
const { describeError } = require('internal/errors');
const { STRIP_AUTHORIZATION_ON_CROSS_ORIGIN_REDIRECT, TAILED, WEB_SOCKET_COMPRESSION } = require('internal/flags');
const { headerOf, withoutHeaders } = require('internal/packed_head');
const { NONE, TEXT, BYTES, takeBody, taken } = require('web/body');
const { packCf } = require('web/request_cf');
const { Request, packRequest, requestUrl, requestParts, isRequest, isReceived, normalizeUrl, USED_REQUEST } =
  require('web/request');
const { receiveResponse, Response } = require('web/response');
const { fetchUrl } = require('internal/fetch_url');

// The channel of the global fetch().
const OUTBOUND = -1;
const MAX_REDIRECTS = 20;
const isHttp = (url) => url.startsWith('http://') || url.startsWith('https://');

class Call {
  constructor(io, channel, props, resolve, reject) {
    this.io = io;
    this.channel = channel;
    this.props = props;
    const frame = getFrame();
    this.depth = frame === undefined ? 1 : frame.depth;
    this.section = frame === undefined ? undefined : frame.section;
    this.resolve = resolve;
    this.reject = reject;
    this.id = 0;
    this.head = '';
    this.kind = NONE;
    this.value = undefined;
    this.follow = true;
    this.cf = undefined;
    this.visited = undefined;
    this.signal = undefined;
    this.onAbort = undefined;
    // Its answer has come, but waits until a Durable Object may go on.
    this.answered = false;
  }

  // It was rejected: nobody listens for the signal any more.
  ended() {
    if (this.onAbort !== undefined) require('web/abort').removeAbortAlgorithm(this.signal, this.onAbort);
  }
}

function issue(call) {
  const { io, channel, head, kind, value, cf, props, depth } = call;
  if (state.flags & TAILED) require('internal/notes').noteSpan(io);
  const id = native.call(io.id, channel, head, kind, value, cf, props, depth);
  if (id < 0) call.ended();
  keepCall(call, id);
}

function abort(call) {
  if (takeCall(call.id) === call) native.cancelCall(call.io.id, call.id);
  else if (!call.answered) return;
  call.reject(call.signal.reason);
}

// A Worker from before `web_socket_compression` asks for no compressed WebSocket, whatever it forwards.
function withoutExtensions(head) {
  if (headerOf(head, 'upgrade')?.toLowerCase() !== 'websocket') return head;
  return withoutHeaders(head, (name) => name === 'sec-websocket-extensions');
}

// Sends `request` down the channel; a promise for its Response.
function send(io, channel, props, request) {
  return new Promise((resolve, reject) => {
    const call = new Call(io, channel, props, resolve, reject);
    call.head = packRequest(request);
    if (!(state.flags & WEB_SOCKET_COMPRESSION)) call.head = withoutExtensions(call.head);
    const { signal, redirect, cf } = requestParts(request);
    call.follow = redirect === 'follow';
    if (cf !== undefined) call.cf = packCf(cf);
    takeBody(request, USED_REQUEST);
    call.kind = taken.kind;
    call.value = taken.value;
    if (signal !== undefined) {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      call.signal = signal;
      call.onAbort = () => abort(call);
      require('web/abort').addAbortAlgorithm(signal, call.onAbort);
    }
    issue(call);
  });
}

// The same for a plain GET of a URL: no Request is made.
function sendGet(io, channel, props, url) {
  return new Promise((resolve, reject) => {
    const call = new Call(io, channel, props, resolve, reject);
    call.head = `GET\0${url}`;
    issue(call);
  });
}

// fetch(data: URL) is answered here, whatever the channel.
function dataResponse(url) {
  const comma = url.indexOf(',');
  if (comma < 0) throw new TypeError(`Invalid data: URL: ${url}`);
  const meta = url.slice(5, comma);
  const base64 = /;\s*base64$/i.test(meta);
  const type = (base64 ? meta.replace(/;\s*base64$/i, '') : meta) || 'text/plain;charset=US-ASCII';
  const text = url.slice(comma + 1);
  const bytes = [];
  const raw = base64 ? require('web/base64').atob(decodeURIComponent(text)) : text;
  for (let i = 0; i < raw.length; i++) {
    if (!base64 && raw[i] === '%' && /^[0-9a-f]{2}$/i.test(raw.slice(i + 1, i + 3))) {
      bytes.push(parseInt(raw.slice(i + 1, i + 3), 16));
      i += 2;
    } else {
      bytes.push(raw.charCodeAt(i));
    }
  }
  return new Response(new Uint8Array(bytes), { headers: { 'content-type': type } });
}

// What env.NAME.fetch() and the global fetch() have in common. Rejects rather than throws.
function fetchOn(channel, props, input, init) {
  try {
    const io = requireContext();
    if (init === undefined) {
      if (typeof input === 'string') {
        const url = normalizeUrl(input);
        if (isHttp(url)) return sendGet(io, channel, props, url);
        if (url.startsWith('data:')) return Promise.resolve(dataResponse(url));
        throw new TypeError(`Fetch API cannot load: ${url}`);
      }
      if (isRequest(input)) {
        // One that arrived has come by HTTP.
        if (!isReceived(input) && !isHttp(requestUrl(input))) {
          throw new TypeError(`Fetch API cannot load: ${requestUrl(input)}`);
        }
        return send(io, channel, props, input);
      }
    }
    const request = new Request(input, init);
    const url = requestUrl(request);
    if (isHttp(url)) return send(io, channel, props, request);
    if (url.startsWith('data:')) return Promise.resolve(dataResponse(url));
    throw new TypeError(`Fetch API cannot load: ${url}`);
  } catch (error) {
    return Promise.reject(error);
  }
}

function fetch(input, init = undefined) {
  if (arguments.length === 0) {
    return Promise.reject(
      new TypeError("Failed to execute 'fetch': parameter 1 is not of type 'Request or string'."),
    );
  }
  return fetchOn(OUTBOUND, undefined, input, init);
}

const isRedirect = (status) =>
  status === 302 || status === 301 || status === 307 || status === 308 || status === 303;

function urlOf(head) {
  const mark = head.indexOf('\0');
  const end = head.indexOf('\n', mark);
  return end < 0 ? head.slice(mark + 1) : head.slice(mark + 1, end);
}

// Issues the call again for a redirect; returns false if the response is to be given as it is.
function redirectTo(call, status, location) {
  const from = urlOf(call.head);
  call.visited ??= [from];
  const { URL } = require('web/url');
  let target;
  try {
    target = fetchUrl(new URL(location, from).href);
  } catch {
    throw new TypeError(`Invalid URL in a redirect: ${location}`);
  }
  if (!isHttp(target)) throw new TypeError(`Fetch API cannot load: ${target}`);
  if (call.visited.length > MAX_REDIRECTS) {
    throw new TypeError(`Too many redirects.${call.visited.join(', ')}`);
  }
  call.visited.push(target);
  let method = call.head.slice(0, call.head.indexOf('\0'));
  const headersAt = call.head.indexOf('\n');
  let headers = headersAt < 0 ? '' : call.head.slice(headersAt);
  const dropsBody =
    (status === 303 && method !== 'GET' && method !== 'HEAD') ||
    ((status === 301 || status === 302) && method === 'POST');
  if (dropsBody) {
    method = 'GET';
    call.kind = NONE;
    call.value = undefined;
    headers = withoutHeaders(
      headers,
      (name) => name.startsWith('content-') || name === 'transfer-encoding',
    );
  } else if (call.kind !== NONE && call.kind !== TEXT && call.kind !== BYTES) {
    throw new TypeError(
      'A request with a one-time-use body (it was initialized from a stream, not a buffer) ' +
        'encountered a redirect requiring the body to be retransmitted. To avoid this error in the ' +
        'future, construct this request from a buffer-like body initializer.',
    );
  }
  if (
    state.flags & STRIP_AUTHORIZATION_ON_CROSS_ORIGIN_REDIRECT &&
    new URL(from).origin !== new URL(target).origin
  ) {
    headers = withoutHeaders(headers, (name) => name === 'authorization');
  }
  call.head = `${method}\0${target}${headers}`;
}

// --- entered from C++ ---

function onResponse(ioId, callId, status, head, body, socket) {
  const io = enterContext(ioId);
  if (io === undefined) return;
  const call = takeCall(callId);
  if (call === undefined) return;
  if (io.actor !== undefined) {
    call.answered = putOff(io, call.section, () => receive(call, status, head, body, socket));
    if (call.answered) return;
  }
  receive(call, status, head, body, socket);
}

function receive(call, status, head, body, socket) {
  const { io } = call;
  if (call.answered && call.signal?.aborted) {
    // It was rejected meanwhile; nobody is going to have the response.
    if (body >= 0) native.bodyCancel(io.id, body);
    if (socket !== 0) {
      const { webSocket } = receiveResponse(io, status, head, body, urlOf(call.head), false, socket);
      webSocket.accept();
      webSocket.close();
    }
    return;
  }
  call.answered = false;
  if (isRedirect(status) && call.follow) {
    const location = headerOf(head, 'location');
    if (location !== null) {
      if (body >= 0) native.bodyCancel(io.id, body);
      try {
        redirectTo(call, status, location);
        issue(call);
      } catch (error) {
        call.ended();
        call.reject(error);
      }
      return;
    }
  }
  const response = receiveResponse(
    io,
    status,
    head,
    body,
    urlOf(call.head),
    call.visited !== undefined,
    socket,
  );
  if (call.onAbort !== undefined) {
    const { signal, onAbort } = call;
    const { addAbortAlgorithm, removeAbortAlgorithm } = require('web/abort');
    removeAbortAlgorithm(signal, onAbort);
    if (socket !== 0 && !signal.aborted) {
      const { abortSocket } = require('web/web_socket');
      addAbortAlgorithm(signal, () => abortSocket(response.webSocket, signal.reason));
    }
    if (body >= 0 && !signal.aborted) {
      // An abort reaches whoever still reads the body.
      addAbortAlgorithm(signal, () => {
        const [type, message] = describeError(signal.reason);
        native.bodyAbort(io.id, body, type, message);
        io.tell(body);
      });
    }
  }
  call.resolve(response);
}

module.exports = { fetch, fetchOn, OUTBOUND, send, onResponse };
