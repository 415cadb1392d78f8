import { shortId } from '../../src/domain/ids.ts';
import type { IdentityView } from '../../src/domain/views.ts';
import { columns, facts } from './columns.ts';
import { moment } from './moments.ts';

/** Who somebody is, and how its keys came to be what they are. */
export const identityPage = (identity: IdentityView, now: number): string =>
  [
    identity.name,
    facts([
      ['id', identity.id],
      ['fingerprint', identity.fingerprint],
      ['keys', `state ${identity.seq}, ${identity.keyState}`],
      ['peer id', identity.peerId],
      ['addresses', identity.addrs.join(' ') || '-'],
      ['standing', standing(identity)],
    ]),
    '',
    columns([
      ['state', 'made by', 'when', 'block'],
      ...identity.history.map(({ seq, type, at, cid }) => [
        String(seq),
        type,
        moment(at, now),
        `…${shortId(cid)}`,
      ]),
    ]),
    ...proofs(identity),
  ].join('\n');

/** Every state in full: how the keys came to be what they are, and what proves that somebody tells it in two ways. */
export const identityHistory = (identity: IdentityView, now: number): string =>
  [
    `${identity.name} (…${shortId(identity.id)}): ${standing(identity)}`,
    '',
    columns([
      ['state', 'made by', 'when', 'new', 'block'],
      ...identity.history.map(({ seq, type, at, changed, cid }) => [
        String(seq),
        type,
        moment(at, now),
        changed.length === 0 ? '-' : changed.join(', '),
        cid,
      ]),
    ]),
    ...proofs(identity),
  ].join('\n');

const proofs = ({ duplicity }: IdentityView): string[] =>
  duplicity.map(
    ({ seq, cids }) =>
      `\ntwo histories: state ${seq} was made ${cids.length} times, proven by\n${cids.map((cid) => `  ${cid}`).join('\n')}`,
  );

const standing = ({ revoked, duplicity }: IdentityView): string => {
  if (revoked) return 'revoked: nothing it signs is believed any more';
  if (duplicity.length > 0)
    return 'has two histories: it takes part in no new order, and open ones go on with the keys that they name';
  return 'good';
};
