/** Rows as aligned columns, two spaces apart, without trailing blanks. */
export const columns = (rows: readonly (readonly string[])[], indent = 0): string => {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, widthOf(cell));
  return rows
    .map((row) => row.map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - widthOf(cell))))
    .map((row) => `${' '.repeat(indent)}${row.join('  ')}`.trimEnd())
    .join('\n');
};

/** Code points, which is what a terminal counts for the scripts that names are mostly written in. */
const widthOf = (text: string): number => Array.from(text).length;

/** `name  value` lines; what has no value is left out. */
export const facts = (pairs: readonly (readonly [string, string | null])[], indent = 2): string =>
  columns(
    pairs.filter((pair): pair is readonly [string, string] => pair[1] !== null),
    indent,
  );
