// The test event of `isolane test`.
'use strict';

const { defineInterface } = require('internal/webidl');

/** The first argument of test(ctrl, env, ctx). */
class TestController {}
defineInterface(TestController);

function receive() {
  return {
    argument: new TestController(),
    handlers: ['test'],
    info: () => ({ type: 'test' }),
    result: (outcome) => ({ outcome }),
  };
}

module.exports = { receive };
