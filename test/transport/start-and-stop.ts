import { openNode, until } from './real-network.ts';

/** Run as a process: two nodes meet, talk, lose a contact that is never there, and stop. Then nothing is left to do. */
const one = await openNode('one');
const two = await openNode('two');
one.transport.connect(two.contact);
one.transport.connect({
  ...two.contact,
  peer: `${two.peer.slice(0, -1)}x`,
  addrs: ['/ip4/127.0.0.1/tcp/1'],
});
await until(() => one.subscribed.length === 2);
await one.transport.publish(one.subscribed[0]?.split(' ')[1] ?? '', Buffer.from('hello'));
await until(() => two.received.length === 1);
await Promise.all([one.close(), two.close()]);
