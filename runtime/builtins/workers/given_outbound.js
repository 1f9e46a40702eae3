// connect() of "cloudflare:sockets" in a Worker that was loaded with a globalOutbound. Its fetch() is C++'s
// business (runtime/worker/call_natives.cc).
'use strict';

const { NO_INTERNET } = require('internal/calls');
const { requireContext } = require('internal/context');
const { BindingRoot } = require('workers/fetcher');
const { connectOn } = require('workers/socket');

function connect(...args) {
  requireContext();
  const way = native.givenOutbound();
  if (way === null) throw new Error(NO_INTERNET);
  return connectOn(new BindingRoot(way[0], way[1]), args);
}

module.exports = { connect };
