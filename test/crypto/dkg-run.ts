import type { DkgContribution } from '../../src/crypto/dkg-shares.ts';
import { dkgFinish, dkgRound1, dkgRound2 } from '../../src/crypto/dkg.ts';
import type { NodeId } from '../../src/domain/ids.ts';
import { rosterOf, seededRandom } from './seeded.ts';

/** What goes through postMessage or a log comes back as plain Uint8Arrays: every round must take those. */
const carried = <T>(value: T): T => structuredClone(value);

/** A key generation whose nodes all forget everything but their state between the rounds. */
export const startDkg = (threshold: number, n: number, seed: string) => {
  const ctx = seededRandom(`${seed} ctx`).bytes(32);
  const roster = rosterOf(n);
  const group = { ctx, roster, threshold };
  const firsts = roster.map((self) => {
    const random = seededRandom(`${seed} ${self}`);
    return { self, ...carried(dkgRound1({ ...group, self, random })) };
  });
  const contributions: DkgContribution[] = firsts.map(({ self, commitments, proof }) => ({
    node: self,
    commitments,
    proof,
  }));
  return { ...group, firsts, contributions };
};

export const dealDkg = (threshold: number, n: number, seed: string) => {
  const { firsts, ...started } = startDkg(threshold, n, seed);
  const seconds = firsts.map(({ self, secret }) => ({
    self,
    ...carried(dkgRound2({ ...started, self, secret })),
  }));
  const sharesTo = (node: NodeId) =>
    seconds.flatMap(({ self: from, shares }) =>
      shares.filter(({ to }) => to === node).map(({ share }) => ({ from, share })),
    );
  return { ...started, seconds, sharesTo };
};

export const runDkg = (threshold: number, n: number, seed: string) => {
  const { seconds, sharesTo, ...started } = dealDkg(threshold, n, seed);
  const keys = seconds.map(({ self, secret }) => ({
    node: self,
    ...dkgFinish({ ...started, self, secret, shares: sharesTo(self) }),
  }));
  return { ...started, keys };
};

/** The element at an index that the test knows to exist. */
export const at = <T>(list: readonly T[], index: number): T => {
  const found = list[index];
  if (found === undefined) throw new Error(`nothing at ${index}`);
  return found;
};
