import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newContext } from '../../machines/order-context.ts';
import { accusation } from '../../machines/sends.ts';
import { cidOfDigest, type NodeId } from '../../src/domain/ids.ts';
import type { Evidence, Message, MessageType } from '../../src/domain/messages.ts';
import { seatsOf } from '../../src/domain/terms.ts';
import { decodeEnvelope, detachEnvelope } from '../../src/envelope/codec.ts';
import type { KeyState } from '../../src/identity/key-state.ts';
import { termsOf } from '../machines/world.ts';
import { throwsCode } from '../throws-code.ts';
import { bob, letter } from './post.ts';

/** Evidence names every party, and must still get to all of them when they are as many as an order may have. */

/** Ids as long as real ones; what is sealed to them is sealed to bob's key. */
const idOf = (n: number): NodeId => cidOfDigest(new Uint8Array(32).fill(n));
const statesOf = (ids: readonly NodeId[]): KeyState[] => ids.map((id) => ({ ...bob.state, id }));

const orderOf = (n: number, threshold: number) => {
  const fiduciaries = Array.from({ length: n }, (_, i) => idOf(i + 1));
  const terms = termsOf({ principal: idOf(100), beneficiary: idOf(101), fiduciaries, threshold });
  const self = idOf(100);
  const others = seatsOf(terms)
    .map(({ node }) => node)
    .filter((node) => node !== self);
  const evidence = <T extends MessageType>(
    type: T,
    message: Message<T>,
    to: readonly NodeId[] = others,
  ): Evidence => {
    const { bytes, cek } = letter({ type, message, recipients: statesOf(to) });
    return { envelope: detachEnvelope(decodeEnvelope(bytes)), cek };
  };
  return {
    others,
    contributed: evidence('order.contributed', {
      role: 'fiduciary',
      contribution: {
        kind: 'polynomial',
        commitments: Array.from({ length: threshold }, () => new Uint8Array(33)),
        proof: new Uint8Array(65),
      },
    }),
    certified: evidence('order.certified', {
      role: 'fiduciary',
      transcript: new Uint8Array(32),
      digests: Array.from({ length: n + 1 }, () => new Uint8Array(32)),
      walletKey: new Uint8Array(33),
      address: 'a'.repeat(62),
      signature: new Uint8Array(96),
    }),
    evidence,
    /** To whom the machine sends: one list for each envelope. */
    told: accusation(
      { ...newContext('principal', self), terms },
      {
        type: 'order.accused',
        at: 1,
        node: self,
        blamed: idOf(1),
        code: 'fault/certification-unjustified',
        evidence: ['one', 'two'],
        upheld: false,
      },
    ).map(({ to }) => to),
  };
};

const accused = (...evidence: Evidence[]): Message<'order.accused'> => ({
  accused: idOf(1),
  code: 'fault/certification-unjustified',
  evidence,
});
const sealTo = (to: readonly NodeId[], message: Message<'order.accused'>) =>
  letter({ type: 'order.accused', message, recipients: statesOf(to) });

describe('an accusation', () => {
  it('is told to few in one envelope, to many in one each', () => {
    for (const n of [2, 3]) {
      const { told, others } = orderOf(n, 2);
      assert.deepEqual(told, [others]);
    }
    for (const n of [5, 32]) {
      const { told, others } = orderOf(n, 2);
      assert.deepEqual(
        told,
        others.map((node) => [node]),
      );
    }
  });

  it('with two pieces of evidence reaches 32 fiduciaries, which one envelope for all would not', () => {
    const { certified, contributed, others, told } = orderOf(32, 32);
    const message = accused(certified, contributed);
    throwsCode('envelope/message-too-large', () => sealTo(others, message));
    for (const to of told) assert.ok(sealTo(to, message).bytes.length <= 65_536);
    assert.deepEqual(told.flat(), others);
  });

  it('that shows an accusation reaches all, too', () => {
    for (const [n, threshold] of [
      [4, 4],
      [7, 4],
      [24, 24],
      [32, 17],
    ] as const) {
      const { certified, contributed, evidence, others, told } = orderOf(n, threshold);
      const first = evidence('order.accused', accused(certified, contributed), told[0]);
      const message = accused(first, contributed);
      if (n > 20) throwsCode('envelope/message-too-large', () => sealTo(others, message));
      for (const to of told.slice(0, 2)) assert.ok(sealTo(to, message).bytes.length <= 65_536);
    }
  });
});
