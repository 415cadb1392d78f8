import { ApiError } from '../errors.ts';

/** What the headers of a request say beyond its body. */

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,128}$/;

/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): with the same one, a repeated request has one effect.
 * @returns null when there is none
 * @throws ApiError api/bad-request
 */
export const idempotencyKey = (headers: Headers): string | null => {
  const key = headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key))
    throw new ApiError('api/bad-request', 'Idempotency-Key: 1 to 128 visible ASCII characters');
  return key;
};

const MOST_WAIT_SECONDS = 120;

/**
 * How long the client wants to wait for the end: `Prefer: wait=10` (RFC 7240, section 4.3), at most two minutes.
 * @returns milliseconds
 */
export const waitOf = (headers: Headers, otherwise: number): number => {
  const seconds = /(?:^|[\s,;])wait=(\d{1,6})(?:$|[\s,;])/i.exec(
    String(headers['prefer'] ?? ''),
  )?.[1];
  return seconds === undefined ? otherwise : Math.min(Number(seconds), MOST_WAIT_SECONDS) * 1_000;
};
