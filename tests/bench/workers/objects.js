import { DurableObject } from 'cloudflare:workers';

export class Counter extends DurableObject {
  add(a, b) {
    return a + b;
  }

  async put(value) {
    await this.ctx.storage.put('value', value);
    return value;
  }
}

let turn = 0;

// /calls: 1000 calls of one object, one after the other. /put: one value stored in one of 16 objects, by turns.
// /puts: 64 of those at a time.
export default {
  async fetch(request, { OBJECTS }) {
    const store = () => OBJECTS.getByName(`store ${++turn % 16}`).put(turn);
    const url = request.url;
    if (url.endsWith('/calls')) {
      const object = OBJECTS.getByName('counter');
      let sum = 0;
      for (let i = 0; i < 1000; i++) sum = await object.add(sum, 1);
      return new Response(String(sum));
    }
    if (url.endsWith('/puts')) {
      const values = await Promise.all(Array.from({ length: 64 }, store));
      return new Response(String(values.length));
    }
    if (url.endsWith('/put')) await store();
    return new Response('ok');
  },
};
