import { shortId, type StreamId } from '../domain/ids.ts';
import { LogError } from '../errors.ts';

/** Names a record so that an operator finds it: `record 12 (order …x5nrmy4q/principal #4)`. */
export const recordName = (position: number, stream?: StreamId, seq?: number): string => {
  if (stream === undefined) return `record ${position}`;
  const [order = '', role = ''] = stream.split('/');
  return `record ${position} (order …${shortId(order)}/${role}${seq === undefined ? '' : ` #${seq}`})`;
};

export const corrupt = (what: string, why: string, cause?: unknown): LogError =>
  new LogError('log/corrupt', `${what}: ${why}`, { cause });

/** True when going on with the log would mean to trust damaged or unreadable data; nothing but a human ends that. */
export const isFatal = (thrown: unknown): boolean =>
  thrown instanceof LogError && (thrown.code === 'log/corrupt' || thrown.code === 'log/version');
