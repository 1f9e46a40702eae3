// The module "cloudflare:sockets".
'use strict';

function connect() {
  throw new Error(
    'connect() to the network is not supported yet by isolane: only env.NAME.connect() over a binding is. ' +
      'Use fetch() for what speaks HTTP.',
  );
}

const socketExports = () => ({ connect });

module.exports = { socketExports };
