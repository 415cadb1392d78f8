import type { NodeId } from '../domain/ids.ts';

/**
 * Who must take part in a round of the key generation: each node of the roster exactly once, and no other (K6).
 */

/** Whether t of these n nodes can share a key: 2 <= t <= n, no node twice (K8). */
export const isGroup = (roster: readonly NodeId[], threshold: number): boolean =>
  Number.isInteger(threshold) &&
  threshold >= 2 &&
  threshold <= roster.length &&
  new Set(roster).size === roster.length;

/** The nodes that are foreign, there more than once, or missing; each named once. */
export const misfitsOf = (expected: readonly NodeId[], nodes: readonly NodeId[]): NodeId[] => {
  const odd = nodes.filter((node, i) => !expected.includes(node) || nodes.indexOf(node) !== i);
  return [...new Set([...odd, ...expected.filter((node) => !nodes.includes(node))])];
};
