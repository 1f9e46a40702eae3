// A WebSocket passes through to the echo; anything else: ok.
export default {
  fetch(request, env) {
    return request.headers.get('upgrade') === null ? new Response('ok') : env.B.fetch(request);
  },
};
