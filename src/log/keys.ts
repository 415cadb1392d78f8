import { taggedHash } from '../crypto/hash.ts';
import type { EnvelopeId, NodeId, OrderId, SecretId, StreamId } from '../domain/ids.ts';

/**
 * Layout of the rows of the event log. Names of orders, peers and requests are hashed with a secret salt, so a disk
 * image shows how many rows there are, and nothing about whom they concern. Positions and numbers are zero-padded:
 * text order is number order.
 *
 *     meta                            salt, format version, count of starts
 *     head                            position and chained hash of the last record
 *     i/<position>                    node-wide index: stream, number, record hash, chained hash
 *     r/<stream>/<number>             record
 *     m/<stream+sender+seq>/<position>   mark: what record <position> took in under this number
 *     e/<envelope>/<position>         evidence: bytes of a received envelope
 *     o/<order>/<seq>                 a sent envelope with its bytes
 *     p/<order>/<seq>                 its pending recipients, while there are any
 *     k/<order>/<seq>                 all have acknowledged
 *     s/<secret>                      sealed blob of a secret
 *     a/<key>/<position>              answer given under an idempotency key
 *
 * Except meta, head and p no row is ever written twice. Marks, evidence and answers carry the position of their
 * record, so a later one stands beside an earlier one and the earliest sorts first.
 */
export interface RowKeys {
  index(position: number): string;
  record(stream: StreamId, seq: number): string;
  /** Without `position`: the part that all positions share. */
  mark(stream: StreamId, sender: NodeId, seq: number, position?: number): string;
  evidence(envelope: EnvelopeId, position?: number): string;
  sent(order: OrderId, seq: number): string;
  pending(order: OrderId, seq: number): string;
  acknowledged(order: OrderId, seq: number): string;
  secret(id: SecretId): string;
  answer(key: string, position?: number): string;
}

export const META = 'meta';
export const HEAD = 'head';
export const INDEX = 'i';
export const PENDING = 'p';

export const SALT_BYTES = 32;

/** @param salt 32 bytes, secret: who knows it can test guesses of names */
export const rowKeys = (salt: Uint8Array): RowKeys => {
  const name = (kind: string, ...parts: (string | number)[]): string =>
    taggedHash('milagro/log-name/v1', salt, kind, ...parts).toString('hex', 0, 16);
  const at = (base: string, position: number | undefined): string =>
    position === undefined ? base : `${base}/${padded(position)}`;
  return {
    index: (position) => `${INDEX}/${padded(position)}`,
    record: (stream, seq) => `r/${name('stream', stream)}/${padded(seq)}`,
    mark: (stream, sender, seq, position) => at(`m/${name('mark', stream, sender, seq)}`, position),
    evidence: (envelope, position) => at(`e/${name('envelope', envelope)}`, position),
    sent: (order, seq) => `o/${name('order', order)}/${padded(seq)}`,
    pending: (order, seq) => `${PENDING}/${name('order', order)}/${padded(seq)}`,
    acknowledged: (order, seq) => `k/${name('order', order)}/${padded(seq)}`,
    secret: (id) => `s/${name('secret', id)}`,
    answer: (key, position) => at(`a/${name('answer', key)}`, position),
  };
};

/** Bounds for Store.range of everything below `prefix`; `0` is the character after `/`. */
export const below = (prefix: string): [from: string, to: string] => [`${prefix}/`, `${prefix}0`];

/** Bounds of every key there can be. */
export const EVERYTHING: [from: string, to: string] = ['', '~'];

/** As many digits as the largest safe integer has. */
const padded = (value: number): string => String(value).padStart(16, '0');
