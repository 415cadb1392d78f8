import assert from 'node:assert/strict';
import type { OrderContext } from '../../../machines/order-context.ts';
import type { EventOf, OrderEvent } from '../../../src/domain/events.ts';
import type { Message, MessageType, Typed } from '../../../src/domain/messages.ts';
import { type CustodyDeps } from '../../../src/node/effects/deps.ts';
import { examine } from '../../../src/node/examine/examine.ts';
import { beth, find, freds, hold, idOf, type Ceremony } from '../../custody/ceremony.ts';
import { createDesk } from '../../custody/desk.ts';
import { type Person } from '../../identity/people.ts';
import type { PassingType } from '../../../src/node/passing-mail.ts';
import {
  contextOf,
  depsOf,
  knownCertifications,
  NOW,
  openBench,
  type Bench,
} from '../effects/bench.ts';

/** What parties of some orders learn from messages that really travelled. */

export const [fred1, fred2] = freds as [Person, Person, Person];
export const order = hold({ n: 3 });
export const other = hold({ n: 3, seed: 'other' });
export const single = hold();
export const late = hold({ n: 3, beneficiary: null });

export interface Post {
  by?: Person;
  context?: OrderContext | null;
  turn?: Bench;
  deps?: Partial<CustodyDeps>;
  to?: readonly Person[];
  stream?: string | null;
}

/** What `by` (beth, if nobody is named) learns from a message that really travelled in an envelope. */
export const learn = async <T extends MessageType>(
  ceremony: Ceremony,
  from: Person,
  type: T,
  message: Message<T>,
  { by = beth, turn = openBench(), deps = {}, to = [by], stream, ...post }: Post = {},
): Promise<{ event: OrderEvent; id: string }> => {
  const desk = createDesk(stream === undefined ? ceremony.order : stream);
  const { id, bytes, cek } = desk.write(from, type, message, { to });
  const context =
    post.context === undefined ? contextOf(ceremony, 'beneficiary', by) : post.context;
  const typed = { type, message } as Typed;
  const info = { from: idOf(from), id, bytes, cek };
  const { event, keepBytes } = await examine(typed, info, context, depsOf(by, deps), turn);
  assert.equal(keepBytes, true);
  return { event, id };
};

/** The fact, which says from whom it came, when, and in which envelope. */
export const learned = async <T extends MessageType>(
  ceremony: Ceremony,
  from: Person,
  type: T,
  message: Message<T>,
  post: Post = {},
): Promise<EventOf<Exclude<T, PassingType>>> => {
  const { event, id } = await learn(ceremony, from, type, message, post);
  assert.deepEqual([event.type, event.at, event.node, event.via], [type, NOW, idOf(from), id]);
  return event as EventOf<Exclude<T, PassingType>>;
};

export const refused = (code: string, ...args: Parameters<typeof learn>): Promise<void> =>
  assert.rejects(learn(...args), { code });
export const unexpected = (...args: Parameters<typeof learn>): Promise<void> =>
  refused('node/unexpected', ...args);

export const contributionOf = (who: Person, ceremony = order) =>
  find(ceremony.contributions, ({ node }) => node === idOf(who));
export const certificationOf = (who: Person, ceremony = order) =>
  find(knownCertifications(ceremony), ({ node }) => node === idOf(who)).certification;
