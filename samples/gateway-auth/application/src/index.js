export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    const body = await request.text();
    return Response.json({ application: true, method: request.method, pathname, body });
  },
};
