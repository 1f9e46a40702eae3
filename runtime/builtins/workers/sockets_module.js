// The module "cloudflare:sockets".
'use strict';

const socketExports = () => ({ connect: require('workers/network').connect });

module.exports = { socketExports };
