/** A guarantee that did not hold. The first one of a run ends it: what follows a violation proves nothing. */
export interface Violation {
  /** `G1` … `G18`, or `-` for what no node may ever do whatever is promised. */
  guarantee: string;
  node: string;
  text: string;
}

export interface Judge {
  found(): Violation | null;
  /** Called from inside production code as well, so it never throws. */
  violated(violation: Violation): void;
}

export const createJudge = (): Judge => {
  let first: Violation | null = null;
  return {
    found: () => first,
    violated: (violation) => {
      first ??= violation;
    },
  };
};
