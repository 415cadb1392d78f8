/** What the operators of a run want. */
export interface Scenario {
  name: string;
  /** How often it is drawn, beside the others. */
  weight: number;
  /** Costs much processor time: only on demand. */
  long?: true;
  fiduciaries: number | 'solo';
  orders: readonly Wish[];
  /** A fiduciary whose policy refuses every order. */
  refuses?: string;
  /** Nodes that die for good when the first order is shown as ready. */
  die?: readonly string[];
  /** A node that others reach only now and then, until all is healed. */
  slow?: string;
  /** Somebody on the way puts envelopes of the orders together anew, and sends these too. */
  spliced?: true;
}

export interface Wish {
  coin: string;
  /** Of t. */
  threshold: number;
  /** The beneficiary is in the terms, or said at redemption. */
  named: boolean;
  expiresIn: number;
  /** No release before so many ms after the start. */
  notBefore?: number;
  /** The principal changes its mind, ms after the start. */
  cancelAt?: number;
  /** The principal never asks for the key. */
  keeps?: true;
}

const HOUR = 3_600_000;
const DAYS = 48 * HOUR;
const NAMED: Wish = { coin: 'bitcoin', threshold: 1, named: true, expiresIn: DAYS };
const LATE: Wish = { ...NAMED, coin: 'ethereum', named: false };
const two = (wish: Wish): Wish => ({ ...wish, threshold: 2 });
const three = (wish: Wish): Wish => ({ ...wish, threshold: 3 });
/** Only on demand. */
const long = { weight: 1, long: true } as const;

export const SCENARIOS: readonly Scenario[] = [
  { name: 'named', weight: 30, fiduciaries: 1, orders: [NAMED] },
  { name: 'named late', weight: 30, fiduciaries: 1, orders: [LATE] },
  { name: 'not before', weight: 8, fiduciaries: 1, orders: [{ ...NAMED, notBefore: 90_000 }] },
  { name: 'solo', weight: 8, fiduciaries: 'solo', orders: [NAMED] },
  { name: 'solo late', weight: 8, fiduciaries: 'solo', orders: [LATE] },
  { name: 'cancelled', weight: 8, fiduciaries: 1, orders: [{ ...NAMED, cancelAt: 700 }] },
  { name: 'refused', weight: 5, fiduciaries: 1, orders: [NAMED], refuses: 'fred1' },
  { name: 'expired', weight: 8, fiduciaries: 1, orders: [{ ...LATE, expiresIn: 3_000 }] },
  { name: 'kept', weight: 4, fiduciaries: 1, orders: [{ ...NAMED, keeps: true }] },
  { name: 'parallel', weight: 12, fiduciaries: 1, orders: [NAMED, LATE] },
  { name: '2 of 3', weight: 6, fiduciaries: 3, orders: [two(NAMED)] },
  { name: '2 of 3 late', weight: 3, fiduciaries: 3, orders: [two(LATE)] },
  { name: 'one dead', weight: 3, fiduciaries: 3, orders: [two(NAMED)], die: ['fred2'] },
  { name: '3 of 5', ...long, fiduciaries: 5, orders: [three(NAMED)] },
  { name: '3 of 5 slow', ...long, fiduciaries: 5, orders: [three(NAMED)], slow: 'fred5' },
  { name: '3 of 5 late', ...long, fiduciaries: 5, orders: [three(LATE)] },
  { name: '2 of 3 refused', ...long, fiduciaries: 3, orders: [two(NAMED)], refuses: 'fred2' },
  {
    name: '2 of 3 cancelled',
    ...long,
    fiduciaries: 3,
    orders: [{ ...two(NAMED), cancelAt: 400 }],
  },
  { name: '2 of 3 expired', ...long, fiduciaries: 3, orders: [{ ...two(LATE), expiresIn: 700 }] },
  {
    name: '2 of 3 parallel',
    ...long,
    fiduciaries: 3,
    orders: [two(NAMED), two(LATE)],
    spliced: true,
  },
  {
    name: '11 of 16',
    weight: 1,
    long: true,
    fiduciaries: 16,
    orders: [{ ...NAMED, threshold: 11 }],
  },
];

/** Those that need no key generation among many: cheap enough for thousands of seeds. */
export const SINGLE_FIDUCIARY: readonly string[] = SCENARIOS.filter(
  ({ fiduciaries }) => fiduciaries === 1 || fiduciaries === 'solo',
).map(({ name }) => name);

export const scenarioOf = (name: string): Scenario => {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (!scenario) throw new RangeError(`no scenario ${name}`);
  return scenario;
};
