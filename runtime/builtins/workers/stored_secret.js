// A secret of a secrets store: env.NAME.get().
//
// https://developers.cloudflare.com/secrets-store/integrations/workers/
'use strict';

const { defineInterface } = require('internal/webidl');

let make;

class SecretsStoreSecret {
  #name;
  #value;

  constructor(key, configuration) {
    if (key !== make) throw new TypeError('Illegal constructor');
    this.#name = configuration.name;
    this.#value = configuration.value;
  }

  async get() {
    const value = this.#value;
    if (value === undefined) throw new Error(`Secret "${this.#name}" not found`);
    return value;
  }

  static {
    make = (configuration) => new SecretsStoreSecret(make, configuration);
  }
}
defineInterface(SecretsStoreSecret);

module.exports = { make };
