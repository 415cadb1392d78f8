import { encode } from '../../src/domain/canonical.ts';
import { aesGcmOpen, aesGcmSeal } from '../../src/crypto/aead.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { hkdfSha256 } from '../../src/crypto/kdf.ts';
import { decapsulate, encapsulate } from '../../src/crypto/kem.ts';
import { sign, verify } from '../../src/crypto/signature.ts';
import { createCounters } from '../../src/envelope/counters.ts';
import { inspectEnvelope } from '../../src/envelope/inspect.ts';
import { openEnvelope } from '../../src/envelope/open.ts';
import { sealEnvelope } from '../../src/envelope/seal.ts';
import { foldChain, type KeyState } from '../../src/identity/key-state.ts';
import { makeInception, nextCommitment } from '../../src/identity/operation.ts';
import { bindKeys, drawSecrets, loadKeys, type IdentityKeys } from '../../src/identity/own-keys.ts';
import { verifyBlock } from '../../src/identity/verify-block.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { timed, type Row } from './measure.ts';

const RUNS = 400;
const MESSAGE = { content: new Uint8Array(1_024) };

/** Sealing and opening 1 KiB, beside the sum of the primitives that nothing can avoid. */
export const envelopeRows = (): Row[] => {
  const sender = identity('sender');
  return [1, 3].flatMap((count) => {
    const recipients = Array.from({ length: count }, (_, i) => identity(`recipient ${i}`));
    const [first] = recipients;
    if (!first) return [];
    const sealing = sealOf(
      sender.keys,
      recipients.map(({ state }) => state),
    );
    const seal = timed(() => sealEnvelope(sealing), RUNS);
    const { bytes } = sealEnvelope(sealing);
    const open = timed(() => openOnce(bytes, sender.state, first.keys), RUNS);
    const who = count === 1 ? '1 recipient' : `${count} recipients`;
    return [
      {
        what: `seal 1 KiB, ${who}`,
        value: seal,
        unit: 'ms',
        floor: sealFloor(sender, recipients),
        note: 'X-Wing, HKDF, AES-GCM for each, body, Ed25519',
      },
      {
        what: `open 1 KiB, ${who}`,
        value: open,
        unit: 'ms',
        floor: openFloor(sender, first),
        note: 'Ed25519, X-Wing, HKDF, AES-GCM twice, SHA-256',
      },
    ] satisfies Row[];
  });
};

/** Primitives of one message to two recipients, ms. */
export const envelopeFloors = (): { seal: number; open: number } => {
  const [sender, one, other] = [identity('sender'), identity('one'), identity('other')];
  return { seal: sealFloor(sender, [one, other]), open: openFloor(sender, one) };
};

interface Identity {
  keys: IdentityKeys;
  state: KeyState;
}

const identity = (name: string): Identity => {
  const secrets = drawSecrets(systemRandom);
  const material = loadKeys(secrets);
  const block = makeInception({
    keys: material,
    next: nextCommitment(secrets.next),
    name,
    addrs: [],
    at: 0,
  });
  const state = foldChain([verifyBlock(block.bytes)]);
  return { keys: bindKeys(material, state), state };
};

const sealOf = (keys: IdentityKeys, recipients: KeyState[]) => ({
  type: 'order.proposed',
  stream: null,
  seq: 1,
  at: 0,
  until: 1_000,
  recipients,
  message: MESSAGE,
  head: null,
  keys,
  random: systemRandom,
  encapsulate,
});

const openOnce = (bytes: Uint8Array, sender: KeyState, keys: IdentityKeys): void => {
  const counters = createCounters();
  const inspected = inspectEnvelope(bytes, {
    self: keys.id,
    holds: () => true,
    registry: { resolve: () => sender, stateAt: () => sender },
    mayUse: () => true,
    admits: () => true,
    now: 0,
    seen: () => false,
    counters,
  });
  openEnvelope(inspected, { keys, counters, parseMessage: (_, message) => message });
};

const sealFloor = (sender: Identity, recipients: Identity[]): number => {
  const [key, nonce, cek] = [systemRandom.bytes(32), Buffer.alloc(12), systemRandom.bytes(32)];
  const aad = systemRandom.bytes(32);
  const body = new Uint8Array(4_096);
  return timed(() => {
    for (const { state } of recipients) {
      const { sharedSecret } = encapsulate(state.keys.kem);
      const kek = hkdfSha256({ secret: sharedSecret, info: aad, length: 32 });
      aesGcmSeal({ key: kek, nonce, plaintext: cek, aad });
    }
    aesGcmSeal({ key, nonce, plaintext: body, aad });
    sha256(encode(body));
    sign(sender.keys.sign, aad);
  }, RUNS);
};

const openFloor = (sender: Identity, recipient: Identity): number => {
  const { enc } = encapsulate(recipient.state.keys.kem);
  const [key, nonce, aad] = [systemRandom.bytes(32), Buffer.alloc(12), systemRandom.bytes(32)];
  const wrapped = aesGcmSeal({ key, nonce, plaintext: key, aad });
  const sealed = aesGcmSeal({ key, nonce, plaintext: new Uint8Array(4_096), aad });
  const signature = sign(sender.keys.sign, aad);
  return timed(() => {
    verify(sender.state.keys.sign, aad, signature);
    const shared = decapsulate(recipient.keys.kem, enc);
    hkdfSha256({ secret: shared, info: aad, length: 32 });
    aesGcmOpen({ key, nonce, sealed: wrapped, aad });
    aesGcmOpen({ key, nonce, sealed, aad });
    sha256(sealed);
  }, RUNS);
};
