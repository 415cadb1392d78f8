import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { packHandover, unpackHandover } from '../../src/custody/handover.ts';
import { encode } from '../../src/domain/canonical.ts';
import { MAX_ASKED } from '../../src/domain/announcement.ts';
import { cidOfDigest, type NodeId } from '../../src/domain/ids.ts';
import type {
  Certification,
  Contribution,
  Evidence,
  HandedOver,
  Message,
  MessageType,
} from '../../src/domain/messages.ts';
import { parseMessage } from '../../src/domain/messages.ts';
import { contributorsOf, parseTerms, seatsOf, type Terms } from '../../src/domain/terms.ts';
import { decodeEnvelope, detachEnvelope } from '../../src/envelope/codec.ts';
import { openWithCek } from '../../src/envelope/open.ts';
import type { KeyState } from '../../src/identity/key-state.ts';
import { alice, bob, letter } from './post.ts';

/** An order may have 32 fiduciaries and any threshold: everything that is said in it must fit into an envelope. */

const N = 32;
const idOf = (n: number): NodeId => cidOfDigest(new Uint8Array(32).fill(n));
const partyOf = (n: number) => ({ id: idOf(n), key: idOf(n + 100) });
const bytes = (length: number) => new Uint8Array(length).fill(0xff);
const LAST = Number.MAX_SAFE_INTEGER;
const ADDRESS = 'a'.repeat(128);
const CODE = `fault/${'a'.repeat(48)}`;

/** Each value as large as the schemas let it be. */
const termsOf = (threshold: number, isNamed: boolean): Terms =>
  parseTerms({
    v: 1,
    type: 'custody',
    nonce: bytes(32),
    principal: partyOf(90),
    beneficiary: isNamed ? partyOf(91) : null,
    fiduciaries: Array.from({ length: N }, (_, i) => partyOf(i + 1)).toSorted((a, b) =>
      a.id < b.id ? -1 : 1,
    ),
    threshold,
    coin: 'a'.repeat(32),
    conditions: { notBefore: LAST },
    expiresAt: LAST,
  });

const contribution = (threshold: number): Contribution => ({
  kind: 'polynomial',
  commitments: Array.from({ length: threshold }, () => bytes(33)),
  proof: bytes(65),
});

const certification: Certification = {
  role: 'beneficiary',
  transcript: bytes(32),
  digests: Array.from({ length: N + 1 }, () => bytes(32)),
  walletKey: bytes(33),
  address: ADDRESS,
  signature: bytes(96),
};

const certificateOf = (terms: Terms) => ({
  order: idOf(1),
  transcript: bytes(32),
  walletKey: bytes(33),
  address: ADDRESS,
  signers: seatsOf(terms),
  aggregate: bytes(96),
});

const handoverOf = (terms: Terms): HandedOver => ({
  terms,
  certificate: certificateOf(terms),
  contributions: contributorsOf(terms).map((seat) => ({
    ...seat,
    contribution: contribution(terms.threshold),
  })),
  addend: bytes(32),
});

const seal = <T extends MessageType>(type: T, message: Message<T>, to: readonly NodeId[]) =>
  letter({
    type,
    message,
    seq: LAST,
    recipients: to.map((id): KeyState => ({ ...bob.state, id })),
  });

/** Sealed, it opens again to the same. */
const travels = <T extends MessageType>(
  type: T,
  message: Message<T>,
  to: readonly NodeId[],
): Evidence => {
  const { bytes: sealed, cek } = seal(type, message, to);
  const envelope = detachEnvelope(decodeEnvelope(sealed));
  const opened = openWithCek(envelope, cek, { senderAt: () => alice.state, parseMessage });
  assert.deepEqual(encode(opened.message), encode({ type, message }));
  return { envelope, cek };
};

const everyMessage = (threshold: number): { [T in MessageType]: () => unknown } => {
  const terms = termsOf(threshold, true);
  const others = seatsOf(terms).map(({ node }) => node);
  const one = others.slice(0, 1);
  const contributed = () =>
    travels(
      'order.contributed',
      { role: 'fiduciary', contribution: contribution(threshold) },
      others.slice(1),
    );
  const certified = () => travels('order.certified', certification, others.slice(1));
  const accused = (...evidence: Evidence[]) =>
    travels('order.accused', { accused: idOf(1), code: CODE, evidence }, one);
  const text = { role: 'beneficiary', code: CODE, text: '\u{1f511}'.repeat(128) } as const;
  const late = termsOf(threshold, false);
  return {
    'order.proposed': () => travels('order.proposed', { terms }, others.slice(1)),
    'order.contributed': contributed,
    'order.dealt': () => travels('order.dealt', { share: bytes(32) }, one),
    'order.certified': certified,
    'order.ready': () =>
      travels('order.ready', { certificate: certificateOf(terms) }, others.slice(1)),
    'order.refused': () => travels('order.refused', text, others.slice(1)),
    'order.cancelled': () =>
      travels('order.cancelled', { code: CODE, text: text.text }, others.slice(1)),
    'order.accused': () => {
      const pair = accused(certified(), contributed());
      accused(contributed(), certified(), contributed());
      // Somebody's accusation as half of another, and as the proof that it is false.
      accused(pair, contributed());
      accused(pair);
    },
    'redemption.requested': () => {
      const handed = handoverOf(late);
      const handover = packHandover(handed);
      const message = { beneficiary: partyOf(91), nonce: bytes(32) };
      travels('redemption.requested', message, others.slice(1));
      travels('redemption.requested', { ...message, handover }, one);
      assert.deepEqual(unpackHandover(handover), handed);
    },
    'share.released': () => travels('share.released', { share: bytes(32) }, one),
    'redemption.receipted': () => travels('redemption.receipted', { at: LAST }, others.slice(1)),
    'redemption.refused': () => travels('redemption.refused', text, one),
    'log.asked': () => travels('log.asked', {}, one),
    'heads.asked': () => travels('heads.asked', { nr: LAST, sketch: bytes(16 * MAX_ASKED) }, one),
    'heads.told': () =>
      travels('heads.told', { nr: LAST, digest: bytes(32), differing: bytes(32) }, one),
    ack: () =>
      travels(
        'ack',
        {
          cids: Array.from({ length: 256 }, () => idOf(1)),
          refused: { code: CODE },
          seen: { seq: LAST, hash: bytes(32) },
        },
        one,
      ),
  };
};

for (const threshold of [2, 22, 32])
  describe(`among ${N} fiduciaries, of whom ${threshold} are needed`, () => {
    for (const [type, send] of Object.entries(everyMessage(threshold)))
      it(`${type} travels`, () => {
        send();
      });
  });

it('a handover whose contributions are not canonical, or none, is not read', () => {
  const handover = packHandover(handoverOf(termsOf(2, false)));
  const [first = bytes(0), ...rest] = handover.contributions;
  for (const wrong of [
    Buffer.concat([first, Buffer.of(0)]),
    first.subarray(1),
    Buffer.of(0xa0),
    Buffer.of(0x9f),
  ])
    assert.equal(unpackHandover({ ...handover, contributions: [wrong, ...rest] }), null);
});
