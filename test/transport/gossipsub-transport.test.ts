import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { peerKeyFromSeed } from '../../src/identity/peer-key.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { createGossipsubTransport } from '../../src/transport/gossipsub-transport.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { nodeOf, NETWORK, transportContract } from '../contract/transport.contract.ts';

transportContract('gossipsub', () => {
  const opened: Transport[] = [];
  const ports = new Map<string, number>();
  return {
    open: async (name) => {
      const port = ports.get(name) ?? (await freePort());
      ports.set(name, port);
      const seed = sha256(Buffer.from(name));
      const transport = createGossipsubTransport({
        config: {
          network: NETWORK,
          node: nodeOf(name),
          seed,
          listen: [`/ip4/127.0.0.1/tcp/${port}`],
          announce: [],
        },
        clock: systemClock,
        random: systemRandom,
      });
      opened.push(transport);
      return { transport, peer: peerKeyFromSeed(seed).id };
    },
    until: async (condition) => {
      for (let round = 0; !condition(); round++) {
        if (round > 2_000) assert.fail('the condition never came true');
        await sleep(5);
      }
    },
    quiet: () => sleep(150),
    close: async () => {
      await Promise.all(opened.map((transport) => transport.stop()));
    },
  };
});

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};
