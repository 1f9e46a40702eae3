// The public Worker: paths to method calls.
export default {
  async fetch(request, env) {
    const [, action, ...names] = new URL(request.url).pathname.split('/');
    try {
      switch (action) {
        case 'price':
          return Response.json(await env.CARTS.price(names[0]));
        case 'cart': {
          using cart = await env.CARTS.open();
          const reports = [];
          for (const name of names) await cart.add(name, (total) => reports.push(total));
          return Response.json({ items: await cart.items, totals: reports });
        }
        case 'total':
          return Response.json(await env.CARTS.open().fill(names).total());
        default:
          return new Response('try /price/apple, /cart/apple/pear or /total/apple/apple\n', { status: 404 });
      }
    } catch (error) {
      return Response.json({ error: `${error.name}: ${error.message}`, remote: error.remote }, { status: 400 });
    }
  },
};
