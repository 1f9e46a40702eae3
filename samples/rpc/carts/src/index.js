// Not public: reached through bindings only.
import { RpcTarget, WorkerEntrypoint } from 'cloudflare:workers';

const PRICES = { apple: 3, pear: 4 };

function priceOf(name) {
  if (PRICES[name] === undefined) throw new RangeError(`nobody sells ${name}`);
  return PRICES[name];
}

class Cart extends RpcTarget {
  #items = [];

  // The caller's function is called back with the new total.
  async add(name, report) {
    this.#items.push([name, priceOf(name)]);
    await report(this.total());
  }

  fill(names) {
    for (const name of names) this.#items.push([name, priceOf(name)]);
    return this;
  }

  total() {
    return this.#items.reduce((sum, [, price]) => sum + price, 0);
  }

  get items() {
    return this.#items.map(([name]) => name);
  }

  [Symbol.dispose]() {
    console.log(`a cart of ${this.#items.length} was left`);
  }
}

export class Carts extends WorkerEntrypoint {
  price(name) {
    return { name, price: priceOf(name), currency: this.ctx.props.currency };
  }

  open() {
    return new Cart();
  }
}
