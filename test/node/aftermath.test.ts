import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newContext } from '../../machines/order-context.ts';
import type { NodeId, OrderId, Role } from '../../src/domain/ids.ts';
import { createAftermath } from '../../src/node/aftermath.ts';
import type { Committed } from '../../src/node/role-actor.ts';

/** What a durable turn leaves to be done, told by what the parts of the node are asked. */

const self = 'node' as NodeId;
const order = 'bafyorder' as OrderId;

const aftermathOf = () => {
  const asked: string[] = [];
  const aftermath = createAftermath({
    self,
    clock: { now: () => 0, after: () => () => undefined },
    directory: { peer: () => undefined },
    index: { note: () => undefined },
    takenOn: { note: () => undefined },
    actors: {},
    outbox: {
      add: () => void asked.push('send'),
      drop: (of: OrderId, role: Role) => void asked.push(`drop ${of} ${role}`),
      again: () => Promise.resolve(),
    },
    inbox: { began: () => void asked.push('began') },
    deadlines: {
      set: (_: string, deadlines: readonly { at: number }[]) =>
        void asked.push(`wake ${deadlines.map(({ at }) => at).join()}`),
    },
    identities: {
      destroyUnused: () => {
        asked.push('tidy');
        return Promise.resolve(null);
      },
    },
    notice: () => undefined,
  } as unknown as Parameters<typeof createAftermath>[0]);
  return { aftermath, asked };
};

const change = (role: Role, state: string, finished: boolean): Committed => ({
  order,
  role,
  context: { ...newContext(role, self), deadlines: [{ name: 'expiry', at: 5 }] },
  state,
  finished,
  events: [],
  sent: [],
  resend: [],
});

const askedFor = (made: Committed): string[] => {
  const { aftermath, asked } = aftermathOf();
  aftermath.committed(made);
  return asked;
};

test('a role that goes on is woken when its time comes, and drops nothing', () => {
  for (const role of ['principal', 'fiduciary', 'beneficiary'] as const)
    assert.deepEqual(askedFor(change(role, 'certifying', false)), ['wake 5', 'send', 'began']);
});

test('a role that has finished is woken no more, and its former keys may go', () => {
  assert.deepEqual(askedFor(change('beneficiary', 'expired', true)), [
    'wake ',
    'send',
    'tidy',
    'began',
  ]);
});

test('what a settled role has still to say is dropped; of others it is not', () => {
  assert.ok(askedFor(change('fiduciary', 'closed', true)).includes(`drop ${order} fiduciary`));
  assert.ok(askedFor(change('principal', 'redeemed', true)).includes(`drop ${order} principal`));
  // Its receipt lets the others finish.
  const kept: [Role, string][] = [
    ['beneficiary', 'redeemed'],
    ['fiduciary', 'released'],
    ['fiduciary', 'refused'],
    ['principal', 'failed'],
  ];
  for (const [role, state] of kept)
    assert.ok(!askedFor(change(role, state, true)).some((said) => said.startsWith('drop')));
});
