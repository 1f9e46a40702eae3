// The public API. It runs in an isolate; stock is the inventory's business, which is a Python program
// and has no route of its own.
const orders = [];

const inventory = (path, init) => fetch(new URL(path, process.env.INVENTORY_URL), init);

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === '/api/items') return inventory('/items');
    if (pathname === '/api/orders' && request.method === 'GET') return Response.json(orders);
    if (pathname === '/api/orders' && request.method === 'POST') {
      const { item, count } = await request.json();
      const taken = await inventory(`/items/${item}/take`, { method: 'POST', body: JSON.stringify({ count }) });
      if (!taken.ok) return Response.json(await taken.json(), { status: taken.status });
      orders.push({ item, count });
      return Response.json({ order: orders.length, left: (await taken.json()).left }, { status: 201 });
    }
    if (pathname === '/api/report') return inventory('/report');
    // The inventory asks for it, over its own binding.
    if (pathname === '/sold') return Response.json(orders);
    return Response.json({ error: 'Not Found' }, { status: 404 });
  },
};
