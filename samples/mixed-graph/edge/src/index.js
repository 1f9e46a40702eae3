// A Worker of Cloudflare's kind in front of two services of Vercel's kind.
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    // What the services ask of it, at the URL that each was given.
    if (pathname === '/currency') return new Response(env.CURRENCY);
    if (pathname.startsWith('/stock')) return env.STOCK.fetch(request);
    return env.ORDERS.fetch(request);
  },
};
