import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { statusOf } from '../src/api/problem.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Every literal of the unions of codes. */
const codes = [...read('src/errors.ts').matchAll(/'([a-z]+\/[a-z-]+)'/g)].map(
  ([, code]) => code ?? '',
);

/** Rows of docs/errors.md: code, HTTP status, cause, remedy. */
const rows = read('docs/errors.md')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

test('docs/errors.md lists every code once, and no other', () => {
  assert.ok(codes.length > 80);
  assert.equal(new Set(codes).size, codes.length);
  const documented = rows.map(([code = '']) => code.replaceAll('`', ''));
  assert.deepEqual(documented.toSorted(), codes.toSorted());
});

test('docs/errors.md says cause, remedy and the status that the API answers with', () => {
  for (const [code = '', status, cause = '', remedy = ''] of rows) {
    assert.equal(Number(status), statusOf(code.replaceAll('`', '')), code);
    assert.ok(cause.length > 10, code);
    assert.ok(remedy.length > 3, code);
  }
});

test('every code is used by the code', () => {
  const sources = globSync('{src,machines,cli}/**/*.ts', { cwd: ROOT }).filter(
    (path) => path !== join('src', 'errors.ts'),
  );
  const text = sources.map(read).join('\n');
  // A row of the table of statuses is no use.
  const unused = codes.filter((code) => !new RegExp(`'${code}'(?!: \\d)`).test(text));
  assert.deepEqual(unused, []);
});
