import { isDeepStrictEqual } from 'node:util';
import { shortId, type NodeId } from '../../src/domain/ids.ts';
import type { OrderView } from '../../src/domain/views.ts';
import type { Facts } from './facts.ts';
import type { Station } from './station.ts';

/** Judges what a node shows of an order, by what is durable anywhere and by what it showed before, perhaps in another life. */
export const checkView = (deps: {
  station: Station;
  view: OrderView;
  facts: Facts;
  liars: ReadonlySet<NodeId>;
}): void => {
  const { station, view, facts, liars } = deps;
  const order = view.orderReference;
  const violated = (guarantee: string, text: string): void =>
    station.judge.violated({ guarantee, node: station.name, text: `${text} (${shortId(order)})` });

  const blame = view.blames.find(
    ({ node, upheld }) => !liars.has(node) && (upheld || liars.size === 0),
  );
  if (blame) violated('-', `blames an honest party: ${blame.code}`);

  if (view.address !== null) {
    const certificate = facts.certificate(order);
    if (!certificate) violated('G10', 'shows an address before the principal recorded it');
    else if (
      certificate.address !== view.address ||
      Buffer.from(certificate.walletKey).toString('hex') !== view.walletKey ||
      Buffer.from(certificate.transcript).toString('hex') !== view.certificate?.transcript
    )
      violated('G10', 'shows another wallet than the others');
  }

  const before = station.shown.get(order);
  if (!before) return;
  const [then, now] = [records(before), records(view)];
  if (now < then) violated('G1', `showed ${then} records and now ${now}`);
  if (now === then && !isDeepStrictEqual(ofRecords(before), ofRecords(view)))
    violated('G18', 'shows another state of the same records');
  if (before.address !== null && before.address !== view.address)
    violated('G10', 'showed another address before');
};

/** What follows from the log alone: hindrances follow from what is known of identities, too. */
const ofRecords = (view: OrderView): Omit<OrderView, 'hindrances'> => {
  const { hindrances: _hindrances, ...rest } = view;
  return rest;
};

const records = ({ roles }: OrderView): number =>
  roles.reduce((sum, { events }) => sum + events, 0);
