// The module "cloudflare:sockets".
'use strict';

const socketExports = () => ({
  connect: native.givenOutbound() === undefined
    ? require('workers/network').connect : require('workers/given_outbound').connect,
});

module.exports = { socketExports };
