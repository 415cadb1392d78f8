import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesUnder, readSource, readText, visit } from './architecture/source-tree.ts';

/** docs/threat-model.md says which tests show what; here it is held against the tests there are. */

const GUARANTEES = Array.from({ length: 18 }, (_, i) => `G${i + 1}`);
const ATTACKS = [
  'K1 K3 K4 K5 K6 K7 K8 K9 K10 K11 K12 K13 K14 K15',
  'E1 E2 E3 E5 E7 E8 E10 E11 E17',
  'I1 I2 I3 I4 I5 I6',
  'L1 L2 L3 L4 L5',
  'H2 R1 R2 R3 R4 R5 R6',
].flatMap((ids) => ids.split(' '));
const FAULTS = 'F1 F2 F3 F4 F5 F6 F8 F9 F10 F11 F12 F14 F16 F20 F22'.split(' ');

const document = readText('docs/threat-model.md');

const rows = new Map(
  [...document.matchAll(/^\| ([A-Z]\d+) +\|.*\|([^|]*)\|$/gm)].map(([, id = '', last = '']) => [
    id,
    [...last.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
  ]),
);

const planned = [...document.matchAll(/^- \*\*([A-Z]\d+)\*\* (.+)$/gm)].map(
  ([, id = '', why = '']) => ({ id, why }),
);

/** Files by the row that their tests name: `attack/K1`, `fault/F6`. */
const tested = new Map<string, Set<string>>();
for (const file of filesUnder(['test'], ['.ts'])) {
  visit(readSource(file).tree, (node) => {
    const text =
      node.type === 'TemplateElement' ? (node['value'] as { raw: string }).raw : node['value'];
    if (typeof text !== 'string') return;
    const [, kind, id] = /^(attack|fault)\/([A-Z]\d+)\b/.exec(text) ?? [];
    if (kind === undefined || id === undefined) return;
    assert.equal(kind === 'fault', id.startsWith('F'), `${file}: ${text}`);
    tested.set(id, (tested.get(id) ?? new Set()).add(file));
  });
}

test('the threat model has every guarantee, attack and fault, each once', () => {
  const ids = [...document.matchAll(/^\| ([A-Z]\d+) +\|/gm)].map(([, id]) => id);
  assert.deepEqual(ids, [...GUARANTEES, ...ATTACKS, ...FAULTS]);
});

test('every test of the threat model belongs to a row', () => {
  const unknown = [...tested].filter(([id]) => ![...ATTACKS, ...FAULTS].includes(id));
  assert.deepEqual(unknown, []);
});

for (const id of [...ATTACKS, ...FAULTS])
  test(`row ${id} of the threat model names its tests, or says why there are none`, () => {
    const files = [...(tested.get(id) ?? [])].toSorted();
    assert.deepEqual(
      rows.get(id),
      files,
      `the last cell of row ${id} should read: ${files.map((file) => `\`${file}\``).join(', ')}`,
    );
    assert.equal(
      planned.filter((row) => row.id === id).length,
      files.length === 0 ? 1 : 0,
      files.length === 0
        ? `${id} has no test and does not stand under Planned`
        : `${id} stands under Planned, but has tests`,
    );
  });
