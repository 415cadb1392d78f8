import type { OrderEvent } from '../../src/domain/events.ts';
import { scenariosOf } from './scenario.ts';
import { factsOf, own, seats, termsOf } from './world.ts';

const terms = termsOf();
const f = factsOf(terms);
const { all, add } = scenariosOf({ role: 'principal', self: 'P', terms });
export const scenarios = all;

const { B, F1, F2, F3 } = seats;
const proposed = own(f.proposed());
const contributions = [B, F1, F2, F3].map((one) => f.contributed(one));
const certifications = [B, F1, F2, F3].map((one) => f.certified(one));
const certifying = [proposed, ...contributions];
const ready = [...certifying, ...certifications];
const all4 = 'B,F1,F2,F3';

add('proposes to every other seat', [], proposed, {
  state: 'contributing',
  effects: [`send order.proposed to ${all4}`],
});
add('does not propose in the name of another', [], own(f.proposed({ node: 'X' })), {
  state: 'proposing',
  refused: true,
});
add(
  'does not take terms of which it is not the principal',
  [],
  own(f.proposed({ terms: termsOf({ principal: 'X' }) })),
  {
    state: 'proposing',
    refused: true,
  },
);
add('does not take a proposal from an envelope', [], f.proposed(), {
  state: 'proposing',
  refused: true,
});
add('proposes once', [proposed], proposed, { state: 'contributing', refused: true });
add('knows nothing before it proposed', [], f.contributed(F1), {
  state: 'proposing',
  refused: true,
});

add('remembers a contribution', [proposed], f.contributed(F1), { state: 'contributing' });
add('takes a contribution once', [proposed, f.contributed(F1)], f.contributed(F1), {
  state: 'contributing',
  refused: true,
});
add(
  'takes the same contribution once, whatever the envelope',
  [proposed, f.contributed(F1)],
  f.contributed(F1, { via: 'v-other' }),
  { state: 'contributing', refused: true },
);
add(
  'takes no contribution of a stranger',
  [proposed],
  f.contributed({ role: 'fiduciary', node: 'X' }),
  {
    state: 'contributing',
    refused: true,
  },
);
add(
  'takes no contribution of a party in another role',
  [proposed],
  f.contributed({ role: 'beneficiary', node: 'F1' }),
  {
    state: 'contributing',
    refused: true,
  },
);
add(
  'takes no contribution of a principal that is not the holder',
  [proposed],
  f.contributed({ role: 'principal', node: 'P' }),
  {
    state: 'contributing',
    refused: true,
  },
);
add(
  'takes no own contribution that it was not asked for',
  [proposed],
  own(f.contributed({ role: 'principal', node: 'F1' })),
  {
    state: 'contributing',
    refused: true,
  },
);
add(
  'takes no own contribution of another role',
  [proposed],
  own(f.contributed({ role: 'beneficiary', node: 'P' })),
  { state: 'contributing', refused: true },
);
add(
  'certifies when all have contributed',
  [proposed, ...contributions.slice(1)],
  f.contributed(B),
  {
    state: 'certifying',
    effects: ['certify', `send order.certified to ${all4}`],
  },
);
add('is ready when all have certified the same', ready.slice(0, -1), f.certified(F3), {
  state: 'ready',
  effects: ['conclude', `send order.ready to ${all4}`],
});
add(
  'is ready also when certifications came before the last contribution',
  [proposed, ...certifications, ...contributions.slice(1)],
  f.contributed(B),
  {
    state: 'ready',
    effects: [
      'certify',
      `send order.certified to ${all4}`,
      'conclude',
      `send order.ready to ${all4}`,
    ],
  },
);
add(
  'takes no certification for the seat of another',
  certifying,
  f.certified(B, {}, { node: 'F2' }),
  {
    state: 'certifying',
    refused: true,
  },
);
add(
  'takes no certification of a stranger',
  certifying,
  f.certified({ role: 'fiduciary', node: 'X' }),
  {
    state: 'certifying',
    refused: true,
  },
);
add(
  'takes no certification in the name of its own seat',
  certifying,
  f.certified({ role: 'principal', node: 'P' }),
  {
    state: 'certifying',
    refused: true,
  },
);
add('takes a certification once', [...certifying, f.certified(F1)], f.certified(F1), {
  state: 'certifying',
  refused: true,
});
add('is told by nobody that the order is ready', certifying, f.ready(), {
  state: 'certifying',
  refused: true,
});

add(
  'fails when it is shown a fault',
  [proposed],
  f.contributed(F1, { fault: 'fault/proof-invalid' }),
  {
    state: 'failed',
    effects: [
      'accuse F1 of fault/proof-invalid by v-contributed-fiduciary-F1',
      `send order.accused to ${all4} showing v-contributed-fiduciary-F1`,
    ],
  },
);
add(
  'fails when a fiduciary contributes twice',
  [proposed, f.contributed(F1)],
  f.contributedAgain(F1),
  {
    state: 'failed',
    effects: [
      'accuse F1 of fault/equivocation by v-contributed-again-F1,v-contributed-fiduciary-F1',
      `send order.accused to ${all4} showing v-contributed-again-F1,v-contributed-fiduciary-F1`,
    ],
  },
);
add(
  'fails when somebody certifies twice',
  [...certifying, f.certified(F1)],
  f.certified(F1, { address: 'other' }, { via: 'v-again' }),
  {
    state: 'failed',
    effects: [
      'accuse F1 of fault/equivocation by v-again,v-certified-fiduciary-F1',
      `send order.accused to ${all4} showing v-again,v-certified-fiduciary-F1`,
    ],
  },
);
add(
  'fails when a certification is wrong',
  certifying,
  f.certified(F1, {}, { fault: 'fault/certification-wrong' }),
  {
    state: 'failed',
    effects: [
      'accuse F1 of fault/certification-wrong by v-certified-fiduciary-F1',
      `send order.accused to ${all4} showing v-certified-fiduciary-F1`,
    ],
  },
);
add(
  'does not blame a stranger',
  [proposed],
  f.contributed({ role: 'fiduciary', node: 'X' }, { fault: 'fault/proof-invalid' }),
  {
    state: 'contributing',
    refused: true,
  },
);
add(
  'fails when the same contributions are certified as another wallet',
  certifying,
  f.certified(F1, { address: 'other' }),
  {
    state: 'failed',
    effects: [
      'accuse F1 of fault/certification-wrong by v-certified-fiduciary-F1',
      `send order.accused to ${all4} showing v-certified-fiduciary-F1`,
    ],
  },
);
add(
  'fails on the answer that somebody is to blame',
  [proposed, ...contributions.slice(1)],
  f.contributed(B),
  {
    state: 'failed',
    effects: ['certify', `send order.accused to ${all4} showing v-contributed-fiduciary-F3`],
  },
  {
    answers: {
      certify: (_, at): OrderEvent => ({
        type: 'order.accused',
        at,
        node: 'P',
        blamed: 'F3',
        code: 'fault/sum-identity',
        evidence: ['v-contributed-fiduciary-F3'],
        upheld: true,
      }),
    },
  },
);
const twoNumbers = own(f.accused('P', 'F2'));
add('fails by its own verdict', [proposed], twoNumbers, {
  state: 'failed',
  effects: [`send order.accused to ${all4} showing v-one,v-two`],
});
add('has no verdict on strangers', [proposed], own(f.accused('P', 'X')), {
  state: 'contributing',
  refused: true,
});
add('fails by the proof of another and tells everybody', certifying, f.accused('F1', 'F2'), {
  state: 'failed',
  effects: [`send order.cancelled to ${all4}`],
});
add('heeds no stranger who accuses', certifying, f.accused('X', 'F2'), {
  state: 'certifying',
  refused: true,
});
add('heeds nobody who accuses a stranger', certifying, f.accused('F1', 'X'), {
  state: 'certifying',
  refused: true,
});
add('remembers the suspicion of another', certifying, f.accused('F1', 'F2', false), {
  state: 'certifying',
});
add(
  'remembers it once',
  [...certifying, f.accused('F1', 'F2', false)],
  f.accused('F3', 'F2', false),
  {
    state: 'certifying',
    refused: true,
  },
);
