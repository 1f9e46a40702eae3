export default {
  async fetch(request, env) {
    const token = request.headers.get("x-custom-token");
    if (token === env.SECRET_TOKEN) return new Response("Request allowed\n");
    return new Response("x-custom-token does not match, request not allowed\n", { status: 403 });
  },
};
