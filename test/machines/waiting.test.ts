import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  contextOf,
  isFinished,
  MACHINES,
  machineOf,
  start,
  stateOf,
  step,
  type OrderSnapshot,
} from '../../machines/registry.ts';
import { progressOf, waitingFor } from '../../machines/waiting.ts';
import type { OrderEvent } from '../../src/domain/events.ts';
import { run, type Play } from './play.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import { deceived, EXPIRY, factsOf, own, party, seats, termsOf } from './world.ts';

const { P, B, F1, F2, F3 } = seats;
const terms = termsOf({ notBefore: 500 });
const f = factsOf(terms);

/** Every snapshot on the way, also those inside a turn. */
const snapshotsOf = ({ play, given, when }: Scenario): OrderSnapshot[] => {
  const machine = machineOf(play.role);
  const all = [start(machine, { self: play.self })];
  for (const event of run(play, [...given, when]).events)
    all.push(step(machine, all.at(-1)!, event).snapshot);
  return all;
};

for (const { name, role } of MACHINES) {
  test(`${name}: every state says what it waits for, unless the order has ended`, () => {
    for (const snapshot of SCENARIOS[role].flatMap(snapshotsOf)) {
      const waiting = waitingFor(snapshot);
      const over = isFinished(snapshot) || contextOf(snapshot).ended !== null;
      assert.equal(waiting.length === 0, over, stateOf(snapshot));
      for (const { event, since } of waiting) {
        assert.notEqual(event, '');
        assert.equal(since, contextOf(snapshot).since);
      }
    }
  });
}

test('deadlines are set only in states that heed them', () => {
  const heeding: Record<string, readonly string[]> = {
    expiry: ['contributing', 'dealing', 'certifying', 'accusing', 'disputing', 'concluding'],
    dispute: ['disputing', 'accusing'],
    'not-before': ['releasing'],
  };
  for (const scenario of Object.values(SCENARIOS).flat()) {
    for (const snapshot of snapshotsOf(scenario)) {
      for (const { name } of contextOf(snapshot).deadlines)
        assert.ok(heeding[name]?.includes(stateOf(snapshot)), `${name} in ${stateOf(snapshot)}`);
    }
  }
});

const principal: Play = { role: 'principal', self: 'P', terms };
const fiduciary: Play = { role: 'fiduciary', self: 'F1', terms };
const beneficiary: Play = { role: 'beneficiary', self: 'B', terms };
const proposed = own(f.proposed());
const contributions = [B, F1, F2, F3].map((one) => f.contributed(one));
const certifications = [P, B, F1, F2, F3].map((one) => f.certified(one));
const dealt = [f.dealt('F2'), f.dealt('F3')];

/** One line for each thing that is waited for: whom, in which role, what, until when. */
const linesOf = (play: Play, facts: readonly OrderEvent[]): string[] =>
  waitingFor(run(play, facts).snapshot).map(
    ({ node, role, event, until }) => `${node ?? '-'} ${role ?? '-'} ${event} ${until ?? 'ever'}`,
  );

const CASES: [name: string, play: Play, facts: OrderEvent[], expected: string[]][] = [
  ['a principal that has nothing to do', principal, [], ['- - operator ever']],
  [
    'missing contributions, until the order expires',
    principal,
    [proposed, ...contributions.slice(0, 2)],
    [`F2 fiduciary order.contributed ${EXPIRY}`, `F3 fiduciary order.contributed ${EXPIRY}`],
  ],
  [
    'missing certifications',
    principal,
    [proposed, ...contributions, ...certifications.slice(0, 4)],
    [`F3 fiduciary order.certified ${EXPIRY}`],
  ],
  [
    'who is disputed, until the dispute is over',
    principal,
    [proposed, ...contributions, f.certified(F1, deceived(terms, F2))],
    ['F1 - order.accused 60004'],
  ],
  [
    'the operator, when ready',
    principal,
    [proposed, ...contributions, ...certifications],
    ['- - operator ever'],
  ],
  [
    'the receipt',
    principal,
    [proposed, ...contributions, ...certifications, own(f.requested())],
    ['B beneficiary redemption.receipted ever'],
  ],
  ['nothing, when cancelled', principal, [proposed, own(f.cancelled())], []],
  ['the proposal', fiduciary, [], ['- principal order.proposed ever']],
  [
    'dealt shares',
    fiduciary,
    [f.proposed(), ...contributions, f.dealt('F3')],
    [`F2 fiduciary order.dealt ${EXPIRY}`],
  ],
  [
    'the certificate for ever, once certified',
    fiduciary,
    [f.proposed(), ...contributions, ...dealt, ...certifications.slice(0, 2)],
    [
      'F2 fiduciary order.certified ever',
      'F3 fiduciary order.certified ever',
      'P principal order.ready ever',
    ],
  ],
  [
    'the principal alone, when all have certified',
    fiduciary,
    [f.proposed(), ...contributions, ...dealt, ...certifications],
    ['P principal order.ready ever'],
  ],
  [
    'the request',
    fiduciary,
    [f.proposed(), ...contributions, ...dealt, f.ready()],
    ['P principal redemption.requested ever'],
  ],
  [
    'the clock, until the condition',
    fiduciary,
    [f.proposed(), ...contributions, ...dealt, f.ready(), f.requested()],
    ['- - clock 500'],
  ],
  [
    'the receipt of the beneficiary',
    fiduciary,
    [f.proposed(), ...contributions, ...dealt, f.ready(), f.requested({ at: 500 })],
    ['B beneficiary redemption.receipted ever'],
  ],
  [
    'nothing more, when it keeps the share from a revoked identity',
    {
      ...fiduciary,
      answers: {
        release: (_context, at) => ({
          type: 'share.withheld',
          at,
          node: 'F1',
          to: 'B',
          revoked: 'B',
        }),
      },
    },
    [f.proposed(), ...contributions, ...dealt, f.ready(), f.requested({ at: 500 })],
    ['B - identity.revoked ever'],
  ],
  [
    'nothing, when cancelled after it certified',
    fiduciary,
    [f.proposed(), ...contributions, ...dealt, f.cancelled()],
    [],
  ],
  [
    'redemption, when entitled',
    beneficiary,
    [f.proposed(), ...contributions, f.ready()],
    ['P principal redemption.requested ever'],
  ],
  [
    'the shares of those that have not released',
    beneficiary,
    [f.proposed(), ...contributions, f.ready(), f.requested(), f.released('F2')],
    ['F1 fiduciary share.released ever', 'F3 fiduciary share.released ever'],
  ],
];

describe('waits for', () => {
  for (const [name, play, facts, expected] of CASES)
    test(name, () => assert.deepEqual(linesOf(play, facts), expected));

  test('since the state began', () => {
    const facts = [
      f.proposed({ at: 10 }),
      ...contributions.map((fact) => ({ ...fact, at: 20 })),
      ...dealt,
    ];
    const [first] = waitingFor(run(fiduciary, [facts[0]!]).snapshot);
    const [later] = waitingFor(run(fiduciary, facts.slice(0, -1)).snapshot);
    assert.equal(first?.since, 10);
    assert.equal(later?.since, 20);
  });
});

describe('progress', () => {
  const doneIn = (play: Play, facts: readonly OrderEvent[]): Record<string, string> =>
    Object.fromEntries(
      progressOf(contextOf(run(play, facts).snapshot)).map(({ role, node, done }) => [
        `${role} ${node}`,
        done.map((event) => event.split('.')[1]).join(' '),
      ]),
    );

  test('nothing is known before the terms', () => assert.deepEqual(doneIn(fiduciary, []), {}));

  test('of a fiduciary that deals', () =>
    assert.deepEqual(
      doneIn(fiduciary, [f.proposed(), ...contributions, f.dealt('F2'), f.certified(P)]),
      {
        'principal P': 'proposed certified',
        'beneficiary B': 'contributed',
        'fiduciary F1': 'contributed dealt',
        'fiduciary F2': 'contributed dealt',
        'fiduciary F3': 'contributed',
      },
    ));

  test('a certificate says that all have certified', () =>
    assert.deepEqual(
      doneIn(beneficiary, [
        f.proposed(),
        ...contributions,
        f.ready(),
        f.requested(),
        f.released('F2'),
        f.released('F3'),
      ]),
      {
        'principal P': 'proposed certified ready requested',
        'beneficiary B': 'contributed certified receipted',
        'fiduciary F1': 'contributed dealt certified',
        'fiduciary F2': 'contributed dealt certified released',
        'fiduciary F3': 'contributed dealt certified released',
      },
    ));

  test('of a principal, with what was refused', () => {
    const ready = [proposed, ...contributions, ...certifications, own(f.requested())];
    const done = doneIn(principal, [...ready, f.declined('F1'), f.receipted()]);
    assert.equal(done['fiduciary F1'], 'contributed dealt certified refused');
    assert.equal(done['beneficiary B'], 'contributed certified receipted');
    assert.equal(doneIn(principal, [proposed, f.refused(F2)])['fiduciary F2'], 'refused');
  });

  test('who has certified has dealt, though only fiduciaries see it', () => {
    const facts = [proposed, ...contributions, f.certified(F2)];
    assert.equal(doneIn(principal, facts)['fiduciary F1'], 'contributed');
    assert.equal(doneIn(principal, facts)['fiduciary F2'], 'contributed dealt certified');
    const own = doneIn(fiduciary, [f.proposed(), ...contributions.slice(0, 2), f.certified(F2)]);
    assert.equal(own['fiduciary F1'], 'contributed', 'this one knows that it has not');
  });

  test('a beneficiary named late has a place of its own', () => {
    const unnamed = termsOf({ beneficiary: null, fiduciaries: ['F1'] });
    const late = factsOf(unnamed);
    const play: Play = { role: 'fiduciary', self: 'F1', terms: unnamed };
    const guarding = [late.proposed(), late.contributed(P), late.ready()];
    assert.deepEqual(Object.keys(doneIn(play, guarding)), ['principal P', 'fiduciary F1']);
    const done = doneIn(play, [
      ...guarding,
      late.requested({ beneficiary: party('B') }),
      late.receipted(),
    ]);
    assert.equal(done['beneficiary B'], 'receipted');
    assert.equal(done['fiduciary F1'], 'contributed certified released');
  });
});
