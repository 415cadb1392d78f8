import type { OrderEvent } from '../../src/domain/events.ts';
import type { Seat } from '../../src/domain/terms.ts';
import type { Play } from './play.ts';
import type { scenariosOf } from './scenario.ts';
import { deceived, EXPIRY, factsOf, own, passed, seats, termsOf } from './world.ts';

const { P, F3 } = seats;

/**
 * What fiduciary and beneficiary do alike while the wallet is formed.
 * @param certifying facts after which the role has certified, and all others have contributed
 * @param last one of `certifying`, the contribution after which it certifies at once
 * @param resumed where a certificate leads
 */
export const addForming = (
  { add }: ReturnType<typeof scenariosOf>,
  {
    play,
    certifying,
    resumed,
    to,
  }: { play: Play; certifying: OrderEvent[]; resumed: string; to: string },
): void => {
  const { role, self, terms } = play;
  const f = factsOf(terms);
  const proposed = f.proposed();
  const me: Seat = { role, node: self };
  const showing = (...vias: string[]) => `send order.accused to ${to} showing ${vias.join()}`;

  add('takes part', [], proposed, {
    state: 'contributing',
    effects: ['contribute', `send order.contributed to ${to}`],
  });
  add('declines', [], f.proposed({ refusal: { code: 'refusal/coin', text: 'no' } }), {
    state: 'refused',
    effects: ['send order.refused to P'],
  });
  add(
    'is finished when it declined',
    [f.proposed({ refusal: { code: 'refusal/coin', text: 'no' } })],
    proposed,
    {
      state: 'refused',
      refused: true,
    },
  );
  add('takes no proposal from another than the principal', [], f.proposed({ node: 'F3' }), {
    state: 'considering',
    refused: true,
  });
  add('takes no proposal of its own', [], own(proposed), { state: 'considering', refused: true });
  add(
    'takes no proposal without a seat for it',
    [],
    f.proposed({ terms: termsOf({ fiduciaries: ['X'], beneficiary: null }) }),
    {
      state: 'considering',
      refused: true,
    },
  );
  add('takes one proposal', [proposed], proposed, { state: 'contributing', refused: true });
  add('knows nothing before the proposal', [], f.contributed(F3), {
    state: 'considering',
    refused: true,
  });
  add('takes no contribution in its own name', [proposed], f.contributed(me), {
    state: 'contributing',
    refused: true,
  });
  add('contributes once', [proposed], own(f.contributed(me)), {
    state: 'contributing',
    refused: true,
  });
  add('blames itself for no second contribution', [proposed], f.contributedAgain(me), {
    state: 'contributing',
    refused: true,
  });
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
    'takes no contribution of a seat that contributes nothing',
    [proposed],
    f.contributed({ role: 'principal', node: 'P' }),
    { state: 'contributing', refused: true },
  );
  add('lets no seat refuse to it', [proposed], f.refused(F3), {
    state: 'contributing',
    refused: true,
  });

  add('certifies once', certifying, own(f.certified(me)), { state: 'certifying', refused: true });
  add('remembers a certification', certifying, f.certified(P), { state: 'certifying' });
  add('takes it once', [...certifying, f.certified(P)], f.certified(P), {
    state: 'certifying',
    refused: true,
  });
  add('goes on with the certificate', certifying, f.ready(), { state: resumed });
  add(
    'goes on with a certificate that came early',
    [proposed, f.ready(), ...certifying.slice(1, -1)],
    certifying.at(-1)!,
    {
      state: resumed,
      effects: ['certify', `send order.certified to ${to}`],
    },
  );
  add('takes a certificate once', [proposed, f.ready()], f.ready({ via: 'v-again' }), {
    state: 'contributing',
    refused: true,
  });
  for (const [what, fact] of [
    ['of another', f.ready({ node: 'F3' })],
    ['for another order', f.ready({ certificate: { ...certificate(f.ready()), order: 'other' } })],
    [
      'of another wallet key',
      f.ready({ certificate: { ...certificate(f.ready()), walletKey: new Uint8Array(33) } }),
    ],
    [
      'of another transcript',
      f.ready({ certificate: { ...certificate(f.ready()), transcript: new Uint8Array(32) } }),
    ],
    [
      'of another address',
      f.ready({ certificate: { ...certificate(f.ready()), address: 'other' } }),
    ],
    ['that it made itself', own(f.ready())],
  ] as const) {
    add(`takes no certificate ${what}`, certifying, fact, { state: 'certifying', refused: true });
  }
  add(
    'does not go on with a wrong certificate that came early',
    [
      proposed,
      f.ready({ certificate: { ...certificate(f.ready()), address: 'other' } }),
      ...certifying.slice(1, -1),
    ],
    certifying.at(-1)!,
    { state: 'certifying', effects: ['certify', `send order.certified to ${to}`] },
  );
  add(
    'lets the right certificate replace a wrong one that came early',
    [
      proposed,
      f.ready({ certificate: { ...certificate(f.ready()), address: 'other' } }),
      ...certifying.slice(1),
    ],
    f.ready({ via: 'v-again' }),
    { state: resumed },
  );
  add(
    'fails when the certificate is invalid',
    certifying,
    f.ready({ fault: 'fault/certificate-invalid' }),
    {
      state: 'failed',
      effects: ['accuse P of fault/certificate-invalid by v-ready', showing('v-ready')],
    },
  );

  add(
    'fails when it is shown a fault',
    [proposed],
    f.contributed(F3, { fault: 'fault/proof-invalid' }),
    {
      state: 'failed',
      effects: [
        'accuse F3 of fault/proof-invalid by v-contributed-fiduciary-F3',
        showing('v-contributed-fiduciary-F3'),
      ],
    },
  );
  add(
    'fails when a certification is wrong',
    certifying,
    f.certified(F3, {}, { fault: 'fault/certification-wrong' }),
    {
      state: 'failed',
      effects: [
        'accuse F3 of fault/certification-wrong by v-certified-fiduciary-F3',
        showing('v-certified-fiduciary-F3'),
      ],
    },
  );
  add(
    'fails when the same contributions are certified as another wallet',
    certifying,
    f.certified(F3, { address: 'other' }),
    {
      state: 'failed',
      effects: [
        'accuse F3 of fault/certification-wrong by v-certified-fiduciary-F3',
        showing('v-certified-fiduciary-F3'),
      ],
    },
  );
  add('fails when a fiduciary contributes twice', certifying, f.contributedAgain(F3), {
    state: 'failed',
    effects: [
      'accuse F3 of fault/equivocation by v-contributed-again-F3,v-contributed-fiduciary-F3',
      showing('v-contributed-again-F3', 'v-contributed-fiduciary-F3'),
    ],
  });
  add('fails by its own verdict', [proposed], own(f.accused(self, 'F3')), {
    state: 'failed',
    effects: [showing('v-one', 'v-two')],
  });
  add('fails by the proof of another', [proposed], f.accused('P', 'F3'), { state: 'failed' });
  add(
    'is finished when it failed before it certified',
    [proposed, f.accused('P', 'F3')],
    f.contributed(F3),
    {
      state: 'failed',
      refused: true,
    },
  );
  add('heeds no stranger who accuses', [proposed], f.accused('X', 'F3'), {
    state: 'contributing',
    refused: true,
  });

  const disputed = f.certified(P, deceived(terms, F3));
  const suspected = [
    'accuse P of fault/certification-unjustified by v-certified-principal-P,v-contributed-fiduciary-F3, suspected',
    showing('v-certified-principal-P', 'v-contributed-fiduciary-F3'),
  ];
  add('disputes a certification of other contributions', certifying, disputed, {
    state: 'disputing',
    effects: suspected,
  });
  add(
    'shows the certification alone when it is its own contribution that differs',
    certifying,
    f.certified(P, deceived(terms, me)),
    {
      state: 'disputing',
      effects: [
        'accuse P of fault/certification-unjustified by v-certified-principal-P, suspected',
        showing('v-certified-principal-P'),
      ],
    },
  );
  add('disputes one more', [...certifying, disputed], f.certified(F3, deceived(terms, F3)), {
    state: 'disputing',
    effects: [
      'accuse F3 of fault/certification-unjustified by v-certified-fiduciary-F3,v-contributed-fiduciary-F3, suspected',
      showing('v-certified-fiduciary-F3', 'v-contributed-fiduciary-F3'),
    ],
  });
  add(
    'fails when the dispute is not decided in time',
    [...certifying, disputed],
    passed(self, 'dispute', 60_004),
    {
      state: 'failed',
    },
  );
  add('fails when the dispute is decided', [...certifying, disputed], f.accused('F3', 'P'), {
    state: 'failed',
  });
  add('goes on with the certificate although it disputes', [...certifying, disputed], f.ready(), {
    state: resumed,
  });
  add(
    'goes on with the certificate and accuses',
    [...certifying.slice(0, -1), disputed, f.ready()],
    certifying.at(-1)!,
    {
      state: resumed,
      effects: ['certify', `send order.certified to ${to}`, ...suspected],
    },
  );

  add('is cancelled by the principal', [proposed], f.cancelled(), { state: 'cancelled' });
  add('is cancelled by nobody else', [proposed], f.cancelled({ node: 'F3' }), {
    state: 'contributing',
    refused: true,
  });
  add('does not cancel by itself', [proposed], own(f.cancelled({ node: self })), {
    state: 'contributing',
    refused: true,
  });
  add(
    'is finished when it was cancelled before it certified',
    [proposed, f.cancelled()],
    f.ready(),
    {
      state: 'cancelled',
      refused: true,
    },
  );
  add('expires before it certified', [proposed], passed(self, 'expiry', EXPIRY), {
    state: 'expired',
  });
  add('does not expire early', [proposed], passed(self, 'expiry', EXPIRY - 1), {
    state: 'contributing',
    refused: true,
  });
  add('lets nobody else tell the time', [proposed], passed('P', 'expiry', EXPIRY), {
    state: 'contributing',
    refused: true,
  });
  add('never expires after it certified', certifying, passed(self, 'expiry', EXPIRY), {
    state: 'certifying',
    refused: true,
  });

  for (const [name, end] of [
    ['cancelled', f.cancelled()],
    ['failed', f.accused('P', 'F3')],
  ] as const) {
    add(
      `goes on with the certificate after it ${name}, once certified`,
      [...certifying, end],
      f.ready(),
      { state: resumed },
    );
    add(
      `remembers a request after it ${name}, once certified`,
      [...certifying, end],
      f.requested(),
      { state: name },
    );
  }
  add('fails after it was cancelled', [...certifying, f.cancelled()], f.accused('F3', 'P'), {
    state: 'failed',
  });
  add(
    'fails by its own verdict after it was cancelled',
    [...certifying, f.cancelled()],
    f.contributedAgain(F3),
    {
      state: 'failed',
      effects: [
        'accuse F3 of fault/equivocation by v-contributed-again-F3,v-contributed-fiduciary-F3',
        showing('v-contributed-again-F3', 'v-contributed-fiduciary-F3'),
      ],
    },
  );
  add('is not cancelled after the certificate', [...certifying, f.ready()], f.cancelled(), {
    state: resumed,
    refused: true,
  });
  add('does not fail after the certificate', [...certifying, f.ready()], f.accused('P', 'F3'), {
    state: resumed,
  });
  add(
    'reaches its own verdict once',
    [...certifying, f.ready(), own(f.accused(self, 'F3'))],
    own(f.accused(self, 'F3')),
    { state: resumed, refused: true },
  );
  add(
    'blames after the certificate, and goes on',
    [...certifying, f.ready()],
    f.contributedAgain(F3),
    {
      state: resumed,
      effects: [
        'accuse F3 of fault/equivocation by v-contributed-again-F3,v-contributed-fiduciary-F3',
        showing('v-contributed-again-F3', 'v-contributed-fiduciary-F3'),
      ],
    },
  );
};

const certificate = (fact: OrderEvent) => {
  if (fact.type !== 'order.ready') throw new TypeError('not a certificate');
  return fact.certificate;
};
