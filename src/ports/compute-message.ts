import { DkgError } from '../crypto/dkg-contribution.ts';
import { CryptoError, reason, type CryptoCode } from '../errors.ts';
import type { JobInput, JobName, JobOutput } from './compute.ts';

/**
 * What the threads of a pool say to each other. Bytes change hands with their memory, so that no copy of a secret is
 * left behind on the side that sent it, nor in a serialized message.
 */
export interface JobMessage {
  job: JobName;
  input: JobInput<JobName>;
}

export type JobAnswer =
  | { output: JobOutput<JobName> }
  | { error: { code: CryptoCode | null; message: string; culprits: string[] | null } };

/** A copy of plain data whose bytes have memory of their own, which can be handed over. */
export const packed = <T>(value: T): { copy: T; memory: ArrayBuffer[] } => {
  const memory: ArrayBuffer[] = [];
  const copy = mapBytes(value, (bytes) => {
    const own = Uint8Array.from(bytes);
    memory.push(own.buffer);
    return own;
  });
  return { copy, memory };
};

/** Plain data as it was before it was handed over: bytes in Buffers. */
export const unpacked = <T>(value: T): T =>
  mapBytes(value, ({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );

/** Overwrites all bytes in plain data. */
export const wipeBytes = (value: unknown): void => {
  mapBytes(value, (bytes) => bytes.fill(0));
};

const mapBytes = <T>(value: T, map: (bytes: Uint8Array) => Uint8Array): T => {
  const walk = (part: unknown): unknown => {
    if (part instanceof Uint8Array) return map(part);
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part === 'object' && part !== null)
      return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, walk(inner)]));
    return part;
  };
  return walk(value) as T;
};

/** Errors lose their class and their fields on the way: they travel as data. */
export const errorAnswer = (thrown: unknown): JobAnswer => ({
  error: {
    code: thrown instanceof CryptoError ? thrown.code : null,
    message: reason(thrown),
    culprits: thrown instanceof DkgError ? [...thrown.culprits] : null,
  },
});

export const errorOf = ({ error }: Extract<JobAnswer, { error: unknown }>): Error => {
  const { code, message, culprits } = error;
  if (code === null) return new Error(message);
  return culprits === null ? new CryptoError(code, message) : new DkgError({ code, culprits });
};
