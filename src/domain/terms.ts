import { Type, type Static } from 'typebox';
import { NodeError } from '../errors.ts';
import { CID_PATTERN, type NodeId, type Role } from './ids.ts';
import { bytes, parse } from './schema.ts';

/** What the parties of a custody order agree on before anything else; its CID is the OrderId (docs/protocol.md, section 4). */

export const MAX_FIDUCIARIES = 32;
/** Milliseconds since the epoch: any safe positive integer. */
export const Time = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
export const Cid = Type.String({ pattern: CID_PATTERN });

/** A node and the state of its keys that the order is bound to (guarantee G13). */
export const Party = Type.Object({ id: Cid, key: Cid }, { additionalProperties: false });
export type Party = Static<typeof Party>;

export const Terms = Type.Object(
  {
    v: Type.Literal(1),
    type: Type.Literal('custody'),
    /** 32 random bytes: two orders with equal wishes stay two orders. */
    nonce: bytes(32),
    principal: Party,
    beneficiary: Type.Union([Party, Type.Null()]),
    /** Sorted by id, no id twice. */
    fiduciaries: Type.Array(Party, { minItems: 1, maxItems: MAX_FIDUCIARIES }),
    threshold: Type.Integer({ minimum: 1, maximum: MAX_FIDUCIARIES }),
    /** Names coin and kind of address: src/coins/coins.ts. */
    coin: Type.String({ pattern: '^[a-z0-9:-]{1,32}$' }),
    conditions: Type.Object({ notBefore: Type.Optional(Time) }, { additionalProperties: false }),
    /** The order is ready before this time, or never. */
    expiresAt: Time,
  },
  { additionalProperties: false },
);
export type Terms = Static<typeof Terms>;

/**
 * Terms that keep every rule which the shape alone does not show.
 * @throws CodecError codec/schema; NodeError node/terms, saying which rule is broken
 */
export const parseTerms = (value: unknown): Terms => {
  const terms = parse(Terms, value, 'terms');
  const broken = brokenRule(terms);
  if (broken !== undefined) throw new NodeError('node/terms', broken);
  return terms;
};

const brokenRule = ({
  fiduciaries,
  threshold,
  conditions,
  expiresAt,
}: Terms): string | undefined => {
  const n = fiduciaries.length;
  const sorted = fiduciaries.every(
    (party, i) => i === 0 || (fiduciaries[i - 1]?.id ?? '') < party.id,
  );
  if (!sorted) return 'fiduciaries are sorted by id, each named once';
  if (n === 1 && threshold !== 1) return 'a single fiduciary has the threshold 1';
  if (n > 1 && (threshold < 2 || threshold > n))
    return `the threshold of ${n} fiduciaries lies between 2 and ${n}`;
  if (conditions.notBefore !== undefined && conditions.notBefore < 0) return 'notBefore is a time';
  if (expiresAt === 0) return 'expiresAt is a time';
  return undefined;
};

/** One place in an order: a node in one of its roles. */
export interface Seat {
  role: Role;
  node: NodeId;
}

/** Who adds the addend to the fiduciaries' group key: the beneficiary, or the principal while none is named. */
export const holderOf = (terms: Terms): Seat =>
  terms.beneficiary === null
    ? { role: 'principal', node: terms.principal.id }
    : { role: 'beneficiary', node: terms.beneficiary.id };

/** Those who contribute to the wallet key, in the order of the transcript: holder, then fiduciaries by id. */
export const contributorsOf = (terms: Terms): Seat[] => [
  holderOf(terms),
  ...terms.fiduciaries.map(({ id }): Seat => ({ role: 'fiduciary', node: id })),
];

/** Every seat, each of which certifies: principal, beneficiary where named, fiduciaries by id. */
export const seatsOf = (terms: Terms): Seat[] => [
  { role: 'principal', node: terms.principal.id },
  ...(terms.beneficiary === null
    ? []
    : [{ role: 'beneficiary', node: terms.beneficiary.id } as const]),
  ...terms.fiduciaries.map(({ id }): Seat => ({ role: 'fiduciary', node: id })),
];

/** All parties with their pinned key states; a node with several seats comes several times. */
export const partiesOf = ({ principal, beneficiary, fiduciaries }: Terms): Party[] => [
  principal,
  ...(beneficiary === null ? [] : [beneficiary]),
  ...fiduciaries,
];

/** The pinned key state of a party; undefined when the node is none. */
export const partyOf = (terms: Terms, node: NodeId): Party | undefined =>
  partiesOf(terms).find(({ id }) => id === node);

export const hasSeat = (terms: Terms, role: Role, node: NodeId): boolean =>
  seatsOf(terms).some((seat) => seat.role === role && seat.node === node);

/** The named mode in which one fiduciary alone guards its part. */
export const isSingleFiduciary = (terms: Terms): boolean => terms.fiduciaries.length === 1;
