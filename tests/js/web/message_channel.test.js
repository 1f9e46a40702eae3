'use strict';

const settled = async () => {
  for (let i = 0; i < 5; i++) await null;
};

test('a message arrives at the other end, later and as a copy', async () => {
  const { port1, port2 } = new MessageChannel();
  const sent = { a: new Map([[1, 2]]) };
  const log = [];
  port2.onmessage = (event) => log.push([event.data.a.get(1), event.data !== sent, event.target === port2,
    event.constructor.name, event.isTrusted]);
  port1.postMessage(sent);
  log.push('sent');
  await settled();
  assertEquals(log, ['sent', [2, true, true, 'MessageEvent', true]]);
});

test('messages wait for a listener', async () => {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(1);
  await settled();
  const log = [];
  port2.addEventListener('message', (event) => log.push(event.data));
  port1.postMessage(2);
  await settled();
  assertEquals(log, [1, 2]);
});

test('what a listener throws is reported, and the next message arrives', async () => {
  const { port1, port2 } = new MessageChannel();
  const log = [];
  port2.onmessage = (event) => {
    log.push(event.data);
    throw new Error('in a port');
  };
  internals.lines.length = 0;
  port1.postMessage(1);
  port1.postMessage(2);
  await settled();
  assertEquals(log, [1, 2]);
  assert(internals.lines[0][1].startsWith('Uncaught Error: in a port'), 'not reported');
});

test('a closed channel tells the other end, and passes nothing on', async () => {
  const { port1, port2 } = new MessageChannel();
  const log = [];
  port2.onmessage = (event) => log.push(event.data);
  port2.onclose = (event) => log.push(event.type);
  port1.postMessage('before');
  port1.close();
  port1.close();
  port1.postMessage('after');
  port2.postMessage('back');
  await settled();
  assertEquals(log, ['before', 'close']);
});

test('what cannot be sent is refused', () => {
  const { port1 } = new MessageChannel();
  const other = new MessageChannel();
  assertEquals(thrown(() => port1.postMessage(() => {})).name, 'DataCloneError');
  assertEquals(thrown(() => port1.postMessage(other.port1)).name, 'DataCloneError');
  assertThrows(() => port1.postMessage(1, [other.port1]), Error, 'Transfer list is not supported');
  assertThrows(() => port1.postMessage(1, { transfer: [new ArrayBuffer(1)] }), Error,
    'Transfer list is not supported');
  assertThrows(() => new MessagePort(), TypeError, 'Illegal constructor');
});

function thrown(run) {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
