import { timingSafeEqual } from 'node:crypto';
import { ApiError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';

/** Who is let in: three checks before any route, the 404 too. Each throws, or lets the request pass. */

/** What the checks look at. */
interface Asked {
  headers: { host?: string | undefined; authorization?: string | undefined };
}
export type Check = (request: Asked) => void;

const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;

/**
 * A web page may resolve its own name to 127.0.0.1 and then speak to this port as its own origin (DNS rebinding): its
 * browser still says that name here.
 * @throws ApiError api/host
 */
export const checkHost: Check = ({ headers }) => {
  if (!LOOPBACK_HOST.test(headers.host ?? ''))
    throw new ApiError('api/host', 'the Host header must name the loopback interface');
};

/**
 * RFC 6750, section 2.1: only in the header, never in an address, which ends in histories and logs.
 * @param token secret, 43 characters of base64url; its length is public, so only the content is compared in constant time
 * @throws ApiError api/unauthenticated
 */
export const checkToken = (token: string): Check => {
  const expected = Buffer.from(token, 'latin1');
  return ({ headers }) => {
    const shown = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
    const given = Buffer.from(shown, 'latin1');
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      throw new ApiError(
        'api/unauthenticated',
        'an Authorization header with the API token is needed',
      );
  };
};

/**
 * A bucket of `burst` requests that fills again at `perSecond`. It comes after the token, so that a stranger on the
 * same host cannot spend the operator's share.
 * @throws ApiError api/rate
 */
export const checkRate = (deps: { clock: Clock; perSecond: number; burst: number }): Check => {
  const { clock, perSecond, burst } = deps;
  let left = burst;
  let filledAt = clock.now();
  return () => {
    const now = clock.now();
    left = Math.min(burst, left + (Math.max(0, now - filledAt) * perSecond) / 1_000);
    filledAt = now;
    if (left < 1) throw new ApiError('api/rate', `more than ${perSecond} requests a second`);
    left -= 1;
  };
};
