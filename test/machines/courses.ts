import type { OrderEvent } from '../../src/domain/events.ts';
import type { Play } from './play.ts';
import { deceived, factsOf, own, party, passed, seats, termsOf } from './world.ts';

/** Whole orders as each role lives through them, kept as golden histories. */
export interface Course {
  machine: string;
  name: string;
  play: Play;
  facts: OrderEvent[];
}

const { P, B, F1, F2, F3 } = seats;
const named = termsOf();
const f = factsOf(named);
const timedTerms = termsOf({ notBefore: 500 });
const timed = factsOf(timedTerms);
const unnamed = termsOf({ beneficiary: null });
const u = factsOf(unnamed);
const singleTerms = termsOf({ fiduciaries: ['F1'] });
const s = factsOf(singleTerms);

const contributions = [B, F1, F2, F3].map((one) => f.contributed(one));
const certifications = [P, B, F1, F2, F3].map((one) => f.certified(one));
const dealt = [f.dealt('F2'), f.dealt('F3')];
const wrong = f.released('F1', { fault: 'fault/share-released-wrong', via: 'v-wrong' });
const ready = [own(f.proposed()), ...contributions, ...certifications];

const LATER = { beneficiary: party('B', 'new'), later: true } as const;

const principal = { role: 'principal', self: 'P' } as const;
const fiduciary = { role: 'fiduciary', self: 'F1' } as const;
const beneficiary = { role: 'beneficiary', self: 'B' } as const;

export const COURSES: Course[] = [
  {
    machine: 'principal@1',
    name: 'two-of-three',
    play: { ...principal, terms: named },
    facts: [
      ...ready,
      own(f.requested()),
      f.declined('F3'),
      own(f.requested({ at: 7 })),
      f.receipted(),
    ],
  },
  {
    machine: 'principal@1',
    name: 'beneficiary-named-late',
    play: { ...principal, terms: unnamed },
    facts: [
      own(u.proposed()),
      ...[F1, F2, F3].flatMap((one) => [u.certified(one), u.contributed(one)]),
      own(u.requested()),
      u.receipted(),
    ],
  },
  {
    machine: 'principal@1',
    name: 'disputed',
    play: { ...principal, terms: named },
    facts: [
      own(f.proposed()),
      ...contributions,
      f.certified(F1, deceived(named, F2)),
      f.certified(F3),
      passed('P', 'dispute', 60_004),
    ],
  },
  {
    machine: 'principal@1',
    name: 'equivocation',
    play: { ...principal, terms: named },
    facts: [own(f.proposed()), ...contributions.slice(0, 3), f.contributedAgain(F1)],
  },
  {
    machine: 'principal@1',
    name: 'cancelled',
    play: { ...principal, terms: named },
    facts: [...ready.slice(0, 6), own(f.cancelled())],
  },
  {
    machine: 'fiduciary@1',
    name: 'two-of-three-after-a-date',
    play: { ...fiduciary, terms: timedTerms },
    facts: [
      timed.proposed(),
      ...dealt,
      ...contributions,
      ...certifications,
      timed.ready(),
      timed.requested(),
      passed('F1', 'not-before', 500),
      timed.requested({ at: 600, via: 'v-again' }),
      timed.receipted({ at: 700 }),
    ],
  },
  {
    machine: 'fiduciary@1',
    name: 'alone',
    play: { ...fiduciary, terms: singleTerms },
    facts: [s.proposed(), s.contributed(B), s.ready(), s.requested(), s.receipted()],
  },
  {
    machine: 'fiduciary@1',
    name: 'withheld-from-a-revoked-identity',
    play: {
      ...fiduciary,
      terms: singleTerms,
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
    facts: [s.proposed(), s.contributed(B), s.ready(), s.requested(LATER), s.receipted()],
  },
  {
    machine: 'fiduciary@1',
    name: 'cancelled-but-ready',
    play: { ...fiduciary, terms: named },
    facts: [
      f.proposed(),
      ...contributions,
      ...dealt,
      f.cancelled(),
      f.accused('F2', 'F3'),
      f.requested(),
      f.ready(),
    ],
  },
  {
    machine: 'fiduciary@1',
    name: 'disputed',
    play: { ...fiduciary, terms: named },
    facts: [
      f.proposed(),
      ...contributions,
      ...dealt,
      f.certified(P, deceived(named, F3)),
      f.accused('F3', 'P', true, 'fault/certification-wrong'),
    ],
  },
  {
    machine: 'beneficiary@1',
    name: 'two-of-three-with-a-wrong-share',
    play: { ...beneficiary, terms: named },
    facts: [
      f.proposed(),
      ...contributions,
      ...certifications,
      f.ready(),
      f.requested(),
      wrong,
      f.released('F2'),
      f.released('F3'),
    ],
  },
  {
    machine: 'beneficiary@1',
    name: 'named-late',
    play: { ...beneficiary, terms: unnamed },
    facts: [u.requested(u.handover()), u.released('F1'), u.released('F3')],
  },
  {
    machine: 'beneficiary@1',
    name: 'expired',
    play: { ...beneficiary, terms: named },
    facts: [f.proposed(), f.contributed(F1), passed('B', 'expiry', 10_000)],
  },
];
