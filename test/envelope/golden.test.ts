import assert from 'node:assert/strict';
import { hkdfSync, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { decode } from '@ipld/dag-cbor';
import { ed25519 } from '@noble/curves/ed25519.js';
import { ml_kem768_x25519 } from '@noble/post-quantum/hybrid.js';
import type { Envelope } from '../../src/domain/envelope.ts';
import { parseMessage } from '../../src/domain/messages.ts';
import { detachEnvelope } from '../../src/envelope/codec.ts';
import { createCounters } from '../../src/envelope/counters.ts';
import { inspectEnvelope } from '../../src/envelope/inspect.ts';
import { openEnvelope, openWithCek } from '../../src/envelope/open.ts';
import { bindKeys, loadKeys } from '../../src/identity/own-keys.ts';
import { createRegistry } from '../../src/identity/registry.ts';
import { blockOf, goldenIdentities, secretsOf, type GoldenState } from '../identity/golden.ts';
import { verifyOnce } from '../identity/people.ts';
import { cbor, cidV1, H } from '../independent.ts';

interface GoldenEnvelope {
  what: string;
  type: string;
  head: { seq: number; hash: string } | null;
  message: Record<string, unknown>;
  id: string;
  /** Hex. */
  cek: string;
  /** base64url */
  bytes: string;
}

const path = new URL('../../fixtures/envelopes/envelopes.json', import.meta.url);
const { envelopes } = JSON.parse(readFileSync(path, 'utf8')) as { envelopes: GoldenEnvelope[] };
const states = goldenIdentities.flatMap((identity) =>
  identity.states.map((state) => ({ ...state, id: identity.id })),
);
const stateOf = (keyId: string): GoldenState & { id: string } =>
  states.find((state) => state.keyId === keyId)!;

/** The fixture writes bytes as hex. */
const plain = ({ message, head }: GoldenEnvelope) => ({
  message:
    typeof message['share'] === 'string'
      ? { share: new Uint8Array(Buffer.from(message['share'], 'hex')) }
      : message,
  head: head && { ...head, hash: new Uint8Array(Buffer.from(head.hash, 'hex')) },
});

for (const golden of envelopes) {
  const bytes = Buffer.from(golden.bytes, 'base64url');
  const envelope = decode<Envelope>(bytes);
  const { header, commit, wraps, body, sig } = envelope;

  describe(`golden envelope: ${golden.what}`, () => {
    it('is the canonical encoding of its parts, named by their CID', () => {
      assert.deepEqual(cbor(envelope), bytes);
      assert.equal(cidV1(bytes), golden.id);
    });

    for (const [i, to] of header.to.entries()) {
      it(`opens for recipient ${i + 1} by independent code, step by step`, async () => {
        const h = H('milagro/header/v1', header);
        const sender = ed25519.getPublicKey(Buffer.from(stateOf(header.key).seeds.sign, 'hex'));
        const signed = H('milagro/envelope/v1', header, commit, H('milagro/wraps/v1', wraps), body);
        assert.ok(ed25519.verify(sig, signed, sender));

        const { secretKey } = ml_kem768_x25519.keygen(
          Buffer.from(stateOf(to.key).seeds.kem, 'hex'),
        );
        const ss = ml_kem768_x25519.decapsulate(wraps[i]!.enc, secretKey);
        const info = H('milagro/wrap/v1', h, to.id, to.key);
        const kek = hkdfSync('sha256', ss, new Uint8Array(), info, 32);
        const cek = await aesGcm(new Uint8Array(kek), wraps[i]!.key, h);
        assert.equal(cek.toString('hex'), golden.cek);
        assert.deepEqual(Buffer.from(commit), H('milagro/cek/v1', cek));

        const padded = await aesGcm(cek, body, H('milagro/body/v1', h, commit));
        const end = 4 + padded.readUInt32BE();
        assert.deepEqual(decode(padded.subarray(4, end)), plain(golden));
        assert.ok([1, 4, 16, 32, 56].includes(padded.length / 1_024));
        assert.deepEqual(padded.subarray(end), Buffer.alloc(padded.length - end));
      });

      it(`opens for recipient ${i + 1}`, () => {
        const registry = createRegistry({ verify: verifyOnce });
        for (const state of states) registry.merge(blockOf(state));
        const keys = bindKeys(loadKeys(secretsOf(stateOf(to.key))), registry.stateAt(to.key));
        const counters = createCounters();
        const inspected = inspectEnvelope(bytes, {
          self: to.id,
          holds: (key) => key === to.key,
          registry,
          mayUse: () => true,
          admits: () => true,
          now: header.at,
          seen: () => false,
          counters,
        });
        const { message, head, cek } = openEnvelope(inspected, { keys, parseMessage, counters });
        const expected = plain(golden);
        assert.deepEqual(
          [message, head],
          [{ type: golden.type, message: expected.message }, expected.head],
        );
        assert.equal(cek.toString('hex'), golden.cek);
        const senderAt = (key: string) => registry.stateAt(key);
        assert.deepEqual(
          openWithCek(detachEnvelope(inspected), cek, { senderAt, parseMessage }).message,
          message,
        );
      });
    }
  });
}

const aesGcm = async (key: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Promise<Buffer> => {
  const copy = (bytes: Uint8Array) => Uint8Array.from(bytes);
  const imported = await webcrypto.subtle.importKey('raw', copy(key), 'AES-GCM', false, [
    'decrypt',
  ]);
  const options = { name: 'AES-GCM', iv: new Uint8Array(12), additionalData: copy(aad) };
  return Buffer.from(await webcrypto.subtle.decrypt(options, imported, copy(sealed)));
};
