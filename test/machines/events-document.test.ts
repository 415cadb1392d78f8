import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Effect } from '../../machines/effect.ts';
import type { EventOf, EventType } from '../../src/domain/events.ts';
import { messages, type MessageType } from '../../src/domain/messages.ts';

/** docs/events.md lists every event with its fields, every effect, and where every message goes. */

type Common = 'type' | 'at' | 'node' | 'via';
/** Complete by type: a missing or superfluous name does not compile. */
const FIELDS: { [T in EventType]: Record<Exclude<keyof EventOf<T>, Common>, true> } = {
  'order.proposed': { order: true, terms: true, refusal: true },
  'order.contributed': { role: true, contribution: true, digest: true, secret: true, fault: true },
  'order.dealt': { share: true, opening: true, dealt: true, secret: true },
  'order.certified': { certification: true, secret: true, spent: true, fault: true },
  'order.ready': { certificate: true, fault: true },
  'order.refused': { role: true, code: true, text: true },
  'order.cancelled': { code: true, text: true },
  'order.accused': { blamed: true, code: true, evidence: true, upheld: true },
  'redemption.requested': {
    order: true,
    beneficiary: true,
    later: true,
    nonce: true,
    handover: true,
  },
  'share.released': { to: true, share: true, fault: true },
  'share.withheld': { to: true, revoked: true },
  'key.combined': { secret: true },
  'redemption.receipted': { receiptedAt: true },
  'redemption.refused': { role: true, code: true, text: true },
  'share.destroyed': { secrets: true },
  'deadline.passed': { deadline: true },
};

const EFFECTS: Record<Effect['type'], true> = {
  contribute: true,
  deal: true,
  certify: true,
  conclude: true,
  release: true,
  combine: true,
  destroy: true,
  accuse: true,
  send: true,
  resend: true,
};

const document = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8');

/** Cells of the table whose header begins with `first`. */
const tableOf = (first: string): string[][] => {
  const lines = document.split('\n');
  const header = lines.findIndex((line) => line.split('|')[1]?.trim() === first);
  const rest = lines.slice(header + 2);
  return rest
    .slice(
      0,
      rest.findIndex((line) => !line.startsWith('|')),
    )
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
};

const quoted = (cell: string | undefined): string[] =>
  [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '');

test('every event, with its fields', () => {
  const rows = tableOf('event');
  assert.deepEqual(
    rows.map(([name]) => quoted(name)[0]),
    Object.keys(FIELDS),
  );
  const values = ['expiry', 'not-before', 'dispute'];
  for (const [name, , , fields] of rows) {
    const expected = Object.keys(FIELDS[quoted(name)[0] as EventType]);
    const found = quoted(fields).filter((field) => !values.includes(field));
    assert.deepEqual(found.toSorted(), expected.toSorted(), name);
  }
});

test('every effect', () => {
  assert.deepEqual(
    tableOf('effect').map(([name]) => quoted(name)[0]),
    Object.keys(EFFECTS),
  );
});

test('where every message of an order goes', () => {
  const types = (Object.keys(messages) as MessageType[]).filter((type) =>
    Object.hasOwn(FIELDS, type),
  );
  assert.deepEqual(
    tableOf('message').map(([name]) => quoted(name)[0]),
    types,
  );
});
