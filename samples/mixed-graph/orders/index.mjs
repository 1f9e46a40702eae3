// A service of vercel.json that calls a Worker and a Python program by URL.
export default {
  async fetch(request) {
    const item = new URL(request.url).pathname.slice(1) || 'apple';
    const [currency, stock] = await Promise.all([
      fetch(process.env.EDGE_URL + '/currency').then((answer) => answer.text()),
      fetch(`${process.env.STOCK_URL}/stock/${item}`).then((answer) => answer.json()),
    ]);
    return Response.json({ item, price: `${stock.price} ${currency}`, left: stock.left });
  },
};
