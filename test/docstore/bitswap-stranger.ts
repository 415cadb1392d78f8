import type { Connection, Libp2p } from '@libp2p/interface';
import { createLibp2p } from 'libp2p';
import { CID } from 'multiformats/cid';
import { loopback } from './ipfs-node.ts';

/** A peer that speaks bitswap, and answers every want as the test says. */

const BITSWAP = '/ipfs/bitswap/1.2.0';

export interface Answer {
  /** CID version, codec, hash function, length of the hash. */
  prefix: readonly number[];
  data: Uint8Array;
}

/** What an honest peer says of a document. */
export const honest = (data: Uint8Array): Answer => ({ prefix: [1, 0x71, 0x12, 32], data });

export const openBitswapStranger = async (answer: () => Answer | 'nothing' | 'no stream') => {
  const libp2p = await createLibp2p({ ...loopback(), start: true });
  let wants = 0;
  await libp2p.handle(BITSWAP, (stream, connection) => {
    wants++;
    const given = answer();
    if (given === 'no stream') return;
    void stream.close();
    if (given === 'nothing') return;
    void reply(connection, given).catch(() => undefined);
  });
  return {
    libp2p,
    wants: () => wants,
    dial: (peer: Libp2p) => libp2p.dial(peer.getMultiaddrs()),
    close: async () => {
      await libp2p.stop();
    },
  };
};

const reply = async (connection: Connection, answer: Answer): Promise<void> => {
  const stream = await connection.newStream(BITSWAP);
  for (const part of partsOf(encodeMessage(answer))) if (!stream.send(part)) await stream.onDrain();
  await stream.close();
};

/** Protocol buffers: message { 3: block { 1: prefix, 2: data } }, after its length. */
const encodeMessage = ({ prefix, data }: Answer): Uint8Array => {
  const block = Buffer.concat([field(1, Buffer.concat(prefix.map(varint))), field(2, data)]);
  const message = field(3, block);
  return Buffer.concat([varint(message.length), message]);
};

const field = (number: number, bytes: Uint8Array): Uint8Array =>
  Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);

const varint = (value: number): Uint8Array => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.from([...bytes, rest]);
};

const PART = 65_536;
const partsOf = (bytes: Uint8Array): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / PART) }, (_, index) =>
    bytes.subarray(index * PART, (index + 1) * PART),
  );

/** The 32 bytes of the hash in a CID. */
export const digestOf = (cid: string): Uint8Array => CID.parse(cid).multihash.digest;
