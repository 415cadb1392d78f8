import type { Send } from '../../../machines/effect.ts';
import { packHandover } from '../../custody/handover.ts';
import type { FaultCode } from '../../domain/faults.ts';
import type { EnvelopeId, SecretId } from '../../domain/ids.ts';
import type { Evidence, Message } from '../../domain/messages.ts';
import { unwrapKey } from '../../envelope/content-key.ts';
import { decodeEnvelope, detachEnvelope, type Decoded } from '../../envelope/codec.ts';
import type { Purpose } from '../../keystore/keystore.ts';
import type { TurnScope } from '../turn.ts';
import type { CustodyDeps } from './deps.ts';
import { internal } from './order.ts';

/**
 * The whole message of an envelope to seal: what a machine may know, with secrets and evidence put in their places.
 * Buffers in it may be SECRET; the caller wipes them after sealing.
 * @throws LogError log/not-found; KeystoreError
 */
export const compose = async (send: Send, deps: CustodyDeps, turn: TurnScope): Promise<Message> => {
  switch (send.message) {
    case 'order.dealt': {
      const message = { ...send.body, share: await copyOf('share', send.secret, turn) };
      // From now on the share is in the envelope, for one recipient; nothing here needs it again.
      if (send.secret !== undefined) turn.destroy([send.secret]);
      return message;
    }
    case 'share.released':
      return { ...send.body, share: await copyOf('share', send.secret, turn) };
    case 'redemption.requested': {
      const { handover, ...body } = send.body;
      if (!handover) return body;
      const addend = await copyOf('addend', send.secret, turn);
      return { ...body, handover: packHandover({ ...handover, addend }) };
    }
    case 'order.accused': {
      const evidence: Evidence[] = [];
      for (const item of send.evidence ?? [])
        evidence.push(await exhibit(item, send.body.code, deps, turn));
      return { ...send.body, evidence };
    }
    default:
      return send.body;
  }
};

/** A copy that outlives the opened secret: the caller wipes it. */
const copyOf = (purpose: Purpose, id: SecretId | undefined, turn: TurnScope): Promise<Buffer> => {
  if (id === undefined) throw internal('an envelope without its secret');
  return turn.use(purpose, id, (secret) => Buffer.from(secret));
};

/**
 * An envelope as evidence. What opens it for everybody goes with it, unless it holds a secret that the accusation is
 * not about: two envelopes with one number are proven by their headers, and an addend is never revealed.
 */
const exhibit = async (
  { envelope, opening }: { envelope: EnvelopeId; opening?: SecretId },
  code: string,
  deps: CustodyDeps,
  turn: TurnScope,
): Promise<Evidence> => {
  const decoded = decodeEnvelope(await turn.evidence(envelope));
  const detached = detachEnvelope(decoded);
  const { type } = decoded.envelope.header;
  if (SECRET.has(type) && SECRET.get(type) !== code) return { envelope: detached };
  const cek =
    opening === undefined ? contentKeyOf(decoded, deps) : await copyOf('opening', opening, turn);
  return { envelope: detached, cek };
};

/** Messages with a secret in them, and the fault of which the secret itself is the proof. */
const SECRET: ReadonlyMap<string, FaultCode | null> = new Map([
  ['order.dealt', 'fault/share-dealt-wrong'],
  ['share.released', 'fault/share-released-wrong'],
  ['redemption.requested', null],
]);

/** Every recipient can find the content key again with the key that it was sealed to. */
const contentKeyOf = (
  { envelope, headerHash: header }: Decoded,
  { self, keys }: CustodyDeps,
): Buffer => {
  const place = envelope.header.to.findIndex(({ id }) => id === self);
  const [to, wrap] = [envelope.header.to[place], envelope.wraps[place]];
  if (!to || !wrap) throw internal('evidence that was not sealed to this node');
  return unwrapKey({ wrap, to, header, privateKey: keys(to.key).kem });
};
