import { Type, type Static, type TSchema } from 'typebox';
import { CodecError } from '../errors.ts';
import { HeadsAsked, HeadsTold } from './announcement.ts';
import { bytes, bytesBetween, parse } from './schema.ts';
import { Cid, MAX_FIDUCIARIES, Party, Terms, Time } from './terms.ts';

/** What envelopes carry, one schema per envelope type (docs/protocol.md, section 4). Parsed once, at the border. */

const strict = <P extends Record<string, TSchema>>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });

export const RoleSchema = Type.Union([
  Type.Literal('principal'),
  Type.Literal('beneficiary'),
  Type.Literal('fiduciary'),
]);

/** secp256k1, compressed, 33 bytes; decoded and checked by the crypto layer. */
const point = bytes(33);
const MAX_PARTIES = MAX_FIDUCIARIES + 2;

export const Contribution = Type.Union([
  /** Holder, and the fiduciary of a single-fiduciary order: public addend and proof of knowledge R || z. */
  strict({ kind: Type.Literal('point'), point, proof: bytes(65) }),
  /** One of several fiduciaries: commitments to a polynomial of degree t-1, constant term first, and its proof. */
  strict({
    kind: Type.Literal('polynomial'),
    commitments: Type.Array(point, { minItems: 1, maxItems: MAX_FIDUCIARIES }),
    proof: bytesBetween(64, 65),
  }),
]);
export type Contribution = Static<typeof Contribution>;

/** What a party signs: that it saw these contributions and derives this wallet from them. */
export const Certification = strict({
  role: RoleSchema,
  /** H("milagro/transcript/v1", ctx, digests), 32 bytes. */
  transcript: bytes(32),
  /** H("milagro/contribution/v1", role, node, contribution) of each contributor, in the order of the transcript. */
  digests: Type.Array(bytes(32), { minItems: 2, maxItems: MAX_FIDUCIARIES + 1 }),
  walletKey: point,
  address: Type.String({ minLength: 1, maxLength: 128 }),
  /** BLS12-381 over H("milagro/certificate/v1", ctx, role, transcript, walletKey, address), 96 bytes. */
  signature: bytes(96),
});
export type Certification = Static<typeof Certification>;

/** Proof, checkable offline, that every party of the order agreed on one wallet. */
export const Certificate = strict({
  order: Cid,
  transcript: bytes(32),
  walletKey: point,
  address: Type.String({ minLength: 1, maxLength: 128 }),
  /** Every seat: principal, beneficiary where named, fiduciaries by id. */
  signers: Type.Array(strict({ role: RoleSchema, node: Cid }), {
    minItems: 2,
    maxItems: MAX_PARTIES,
  }),
  /** Aggregate BLS signature of the signers, 96 bytes. */
  aggregate: bytes(96),
});
export type Certificate = Static<typeof Certificate>;

/** A contribution with its owner. */
export const SeatedContribution = strict({
  role: RoleSchema,
  node: Cid,
  contribution: Contribution,
});
export type SeatedContribution = Static<typeof SeatedContribution>;

/** All that a beneficiary named late needs in order to check what it receives. */
export const Handover = strict({
  terms: Terms,
  /** Of each contributor, in the order of the transcript: canonical bytes of a SeatedContribution. */
  contributions: Type.Array(bytesBetween(1, 2_048), {
    minItems: 2,
    maxItems: MAX_FIDUCIARIES + 1,
  }),
  certificate: Certificate,
  /** The principal's addend, scalar 32 bytes. SECRET: only in an envelope that the beneficiary alone can read. */
  addend: bytes(32),
});
export type Handover = Static<typeof Handover>;

/** The same with its contributions decoded. */
export type HandedOver = Omit<Handover, 'contributions'> & { contributions: SeatedContribution[] };

/** A signed envelope as evidence, detached; `cek` opens it for everybody (it commits to it) where its content matters. */
export const Evidence = strict({
  envelope: bytesBetween(1, 65_536),
  cek: Type.Optional(bytes(32)),
});
export type Evidence = Static<typeof Evidence>;

const code = Type.String({ pattern: '^[a-z]+/[a-z-]{1,48}$' });
const text = Type.String({ maxLength: 256 });

export const messages = {
  'order.proposed': strict({ terms: Terms }),
  'order.contributed': strict({ role: RoleSchema, contribution: Contribution }),
  /** `share`: the recipient's point of the sender's polynomial, scalar 32 bytes. SECRET. */
  'order.dealt': strict({ share: bytes(32) }),
  'order.certified': Certification,
  'order.ready': strict({ certificate: Certificate }),
  'order.refused': strict({ role: RoleSchema, code, text }),
  'order.cancelled': strict({ code, text }),
  'order.accused': strict({
    accused: Cid,
    code,
    evidence: Type.Array(Evidence, { minItems: 1, maxItems: 3 }),
  }),
  'redemption.requested': strict({
    beneficiary: Party,
    nonce: bytes(32),
    handover: Type.Optional(Handover),
  }),
  /** `share`: the fiduciary's share of the group key (its whole addend in a single-fiduciary order). SECRET. */
  'share.released': strict({ share: bytes(32) }),
  'redemption.receipted': strict({ at: Time }),
  'redemption.refused': strict({ role: RoleSchema, code, text }),
  /** Asks for nothing but an acknowledgement, and so for what the recipient has seen of the sender's log. */
  'log.asked': strict({}),
  /** Not acknowledged: its answer comes, or it is asked again. */
  'heads.asked': HeadsAsked,
  /** Not acknowledged. */
  'heads.told': HeadsTold,
  /** Not acknowledged itself. `seen`: the highest log head of the recipient that the sender knows (guarantee G5). */
  ack: strict({
    cids: Type.Array(Cid, { minItems: 1, maxItems: 256 }),
    refused: Type.Optional(strict({ code })),
    seen: Type.Union([Type.Null(), strict({ seq: Time, hash: bytes(32) })]),
  }),
} as const;

export type MessageType = keyof typeof messages;
export type Message<T extends MessageType = MessageType> = Static<(typeof messages)[T]>;
/** A message with its type, so that a switch narrows it. */
export type Typed = { [T in MessageType]: { type: T; message: Message<T> } }[MessageType];

const isMessageType = (type: string): type is MessageType => Object.hasOwn(messages, type);

/** @throws CodecError codec/schema for an unknown type or a value that is not of its shape */
export const parseMessage = (type: string, value: unknown): Typed => {
  if (!isMessageType(type)) throw new CodecError('codec/schema', 'unknown message type');
  return { type, message: parse(messages[type], value, type) } as Typed;
};
