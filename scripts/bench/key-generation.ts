import { verifyDkgContribution } from '../../src/crypto/dkg-contribution.ts';
import { combineShares, groupCommitmentsOf, verifyShare } from '../../src/crypto/dkg-shares.ts';
import { dkgFinish, dkgRound1, dkgRound2 } from '../../src/crypto/dkg.ts';
import { cidOf } from '../../src/crypto/hash.ts';
import { encode } from '../../src/domain/canonical.ts';
import { systemRandom as random } from '../../src/ports/random.ts';
import { median } from './measure.ts';

/** What the key generation of several fiduciaries costs one of them, by itself, ms. */
export interface KeyGenerationTimes {
  /** Round 1, and the check of one other's contribution to it. */
  draw: number;
  check: number;
  /** Round 2, and round 3. */
  deal: number;
  finish: number;
  /** At the beneficiary: one released share, and the sum of them. */
  verify: number;
  combine: number;
}

/** Fiduciaries whose rounds are measured: those of all are alike. */
const MEASURED = 4;
const REPEATS = 5;

export const keyGenerationTimes = (threshold: number, n: number): KeyGenerationTimes => {
  const all = Array.from({ length: REPEATS }, () => once(threshold, n));
  const of = (name: keyof KeyGenerationTimes): number => median(all.flatMap((one) => one[name]));
  return {
    draw: of('draw'),
    check: of('check'),
    deal: of('deal'),
    finish: of('finish'),
    verify: of('verify'),
    combine: of('combine'),
  };
};

const once = (threshold: number, n: number): Record<keyof KeyGenerationTimes, number[]> => {
  const ctx = random.bytes(32);
  const roster = Array.from({ length: n }, (_, i) => cidOf(encode(i))).toSorted();
  const group = { ctx, roster, threshold };
  const drawn = roster.map((self) => {
    const [made, ms] = spent(() => dkgRound1({ ...group, self, random }));
    return { self, ms, ...made };
  });
  const contributions = drawn.map(({ self: node, commitments, proof }) => ({
    node,
    commitments,
    proof,
  }));
  const checks = contributions.map((made) =>
    spent(() => verifyDkgContribution({ ...group, ...made })),
  );
  const dealt = drawn.map(({ self, secret }) => {
    const [made, ms] = spent(() => dkgRound2({ ...group, self, secret, contributions }));
    return { self, ms, ...made };
  });
  const finished = dealt.slice(0, Math.max(MEASURED, threshold)).map(({ self, secret }) => {
    const shares = dealt.flatMap(({ self: from, shares: made }) =>
      made.flatMap(({ to, share }) => (to === self ? [{ from, share }] : [])),
    );
    const [{ share }, ms] = spent(() =>
      dkgFinish({ ...group, self, secret, contributions, shares }),
    );
    return { node: self, share, ms };
  });
  const commitments = groupCommitmentsOf(contributions);
  const verified = finished.map(({ node, share }) =>
    spent(() => verifyShare({ ctx, contributions: [{ commitments }], node, share })),
  );
  const shares = finished.slice(0, threshold);
  const [, combined] = spent(() => combineShares({ ctx, threshold, shares }));
  const times = (all: readonly (readonly [unknown, number])[]): number[] => all.map(([, ms]) => ms);
  return {
    draw: drawn.map(({ ms }) => ms),
    check: times(checks),
    deal: dealt.map(({ ms }) => ms),
    finish: finished.map(({ ms }) => ms),
    verify: times(verified),
    combine: [combined],
  };
};

const spent = <T>(call: () => T): [T, number] => {
  const start = performance.now();
  const made = call();
  return [made, performance.now() - start];
};
