import { decodeOwn, encode } from '../domain/canonical.ts';
import type { NodeId } from '../domain/ids.ts';
import { CryptoError } from '../errors.ts';

/**
 * What a node keeps between the rounds of the key generation, as canonical CBOR, so that it can be killed in between.
 * SECRET: who reads it has this node's part of the key. The caller seals the bytes, and wipes them.
 */
export interface DkgState {
  v: 1;
  /** Whose part, of which order. */
  ctx: Uint8Array;
  self: NodeId;
  threshold: number;
  /** The last round done. */
  round: 1 | 2;
  /** Own polynomial: t scalars of 32 bytes, constant term first, in one string. SECRET. */
  coefficients: Uint8Array;
  /** Commitments to it: t points of 33 bytes, in one string. */
  commitments: Uint8Array;
  /** Digest of the contributions that round 2 dealt for; empty after round 1. */
  agreed: Uint8Array;
}

/** What a state must be of to be used. */
export type DkgSeat = Pick<DkgState, 'ctx' | 'self' | 'threshold'>;

/**
 * SECRET. The coefficients are one string because the encoder copies strings shorter than 64 bytes into a buffer that
 * it keeps for the next call.
 */
export const encodeState = (state: DkgState): Buffer => {
  const bytes = encode(state);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};

/**
 * The state of exactly this seat after exactly this round. Its coefficients are a copy, which the caller wipes.
 * @throws CryptoError crypto/state-invalid
 */
export const decodeState = (bytes: Uint8Array, seat: DkgSeat, round: 1 | 2): DkgState => {
  const state = decodeOrNull(bytes);
  const fits =
    isState(state) &&
    Buffer.compare(state.ctx, seat.ctx) === 0 &&
    state.self === seat.self &&
    state.threshold === seat.threshold &&
    state.round === round;
  if (!fits) throw new CryptoError('crypto/state-invalid', `not our state after round ${round}`);
  return state;
};

const decodeOrNull = (bytes: Uint8Array): unknown => {
  try {
    return decodeOwn(bytes);
  } catch {
    return null;
  }
};

/** Sealed by ourselves, so only the version is in question, and that it is a state at all. */
const isState = (value: unknown): value is DkgState =>
  typeof value === 'object' &&
  value !== null &&
  'v' in value &&
  value.v === 1 &&
  'ctx' in value &&
  value.ctx instanceof Uint8Array &&
  'coefficients' in value &&
  value.coefficients instanceof Uint8Array;
