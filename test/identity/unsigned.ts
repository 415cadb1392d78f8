import { cidOf, sha256 } from '../../src/crypto/hash.ts';
import { decode, encode } from '../../src/domain/canonical.ts';
import { Block, Operation, type OperationType } from '../../src/domain/identity.ts';
import type { KeyStateId } from '../../src/domain/ids.ts';
import { parse } from '../../src/domain/schema.ts';
import { commitmentTo } from '../../src/identity/digests.ts';
import type { VerifiedBlock } from '../../src/identity/verify-block.ts';

/**
 * Blocks of the right shape that nobody signed, and a verifier that does not mind: the registry's own rules can then
 * be tried on thousands of chains.
 */
export interface Unsigned {
  cid: KeyStateId;
  bytes: Uint8Array;
}

/** @param keys labels of the sign key and of the one committed to; the latter makes the block unique */
export const unsigned = (
  type: OperationType,
  previous: { cid: KeyStateId; seq: number } | null,
  keys: { sign: string; next: string },
): Unsigned => {
  const operation: Operation = {
    v: 1,
    type,
    seq: previous === null ? 0 : previous.seq + 1,
    prev: previous?.cid ?? null,
    at: 0,
    name: keys.next,
    keys: {
      sign: keyOf(keys.sign),
      kem: new Uint8Array(1_216),
      bls: { pub: new Uint8Array(48), pop: new Uint8Array(96) },
      peer: { id: `12D3KooW${'1'.repeat(44)}`, proof: new Uint8Array(64) },
    },
    next: type === 'revocation' ? new Uint8Array(32) : commitmentTo(keyOf(keys.next)),
    addrs: [],
  };
  const bytes = encode({ op: encode(operation), sig: new Uint8Array(64) } satisfies Block);
  return { cid: cidOf(bytes), bytes };
};

const keyOf = (label: string): Buffer => sha256(Buffer.from(label));

export const readUnsigned = (bytes: Uint8Array): VerifiedBlock => ({
  cid: cidOf(bytes),
  bytes,
  op: parse(Operation, decode(parse(Block, decode(bytes), 'block').op), 'operation'),
});
