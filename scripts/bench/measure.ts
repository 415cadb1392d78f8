/** Times in milliseconds from the monotonic clock; medians, because a shared machine has outliers. */

export interface Row {
  what: string;
  /** p50 of what this project does. */
  value: number;
  unit: 'ms' | '/s' | 'MB' | 'B';
  /** What it cannot be faster than, measured in the same run; null where there is none. */
  floor: number | null;
  /** How the floor was found, or what else there is to know. */
  note: string;
}

export const quantile = (times: readonly number[], share: number): number => {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
};
export const median = (times: readonly number[]): number => quantile(times, 0.5);

/** Median time of one call, after a warm-up. */
export const timed = (call: () => unknown, runs: number): number => {
  for (let i = 0; i < runs / 5; i++) call();
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    call();
    times.push(performance.now() - start);
  }
  return median(times);
};

export const timedAsync = async (call: () => Promise<unknown>, runs: number): Promise<number[]> => {
  for (let i = 0; i < runs / 5; i++) await call();
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  return times;
};

export const table = (rows: readonly Row[]): string => {
  const cells = rows.map(({ what, value, unit, floor, note }) => [
    what,
    shown(value, unit),
    floor === null ? '' : shown(floor, unit),
    floor === null ? '' : `${(unit === '/s' ? floor / value : value / floor).toFixed(2)}x`,
    note,
  ]);
  const lines = [['', 'here', 'floor', 'ratio', ''], ...cells];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return column === 0 || column === 4 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

const shown = (value: number, unit: Row['unit']): string => {
  const digits = value < 10 ? 3 : value < 100 ? 1 : 0;
  return `${value.toFixed(unit === 'ms' ? digits : 0)} ${unit}`;
};
