import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { COMMANDS } from '../cli/commands.ts';
import { filesUnder, readSource, readText, ROOT } from './architecture/source-tree.ts';

const documents = filesUnder(['.'], ['.md']);
const exists = (...path: string[]): boolean => existsSync(join(ROOT, ...path));

test('links in the documents lead to files', () => {
  const broken = documents.flatMap((document) =>
    [...readText(document).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !exists(dirname(document), target))
      .map((target) => `${document} → ${target}`),
  );
  assert.deepEqual(broken, []);
});

test('paths that documents and comments speak of exist', () => {
  const path = /\b(?:src|machines|cli|test|scripts|docs|fixtures)\/[\w./-]*\w(?:\.\w+)?/g;
  const texts = [
    ...documents.map((file) => ({ file, text: readText(file) })),
    ...filesUnder(['src', 'machines', 'cli', 'test', 'scripts'], ['.ts'])
      .map(readSource)
      .flatMap(({ path: file, comments }) => comments.map(({ value }) => ({ file, text: value }))),
  ];
  const broken = texts.flatMap(({ file, text }) =>
    [...text.matchAll(path)]
      .map(([found]) => found)
      .filter((found) => !exists(found))
      .map((found) => `${file}: ${found}`),
  );
  assert.deepEqual(broken, []);
});

test('the readme has every command, and says of it what the command says', () => {
  const rows = [...readText('README.md').matchAll(/^\| `([a-z]+(?: [a-z]+)?)` +\| (.+?) +\|$/gm)];
  const told = Object.fromEntries(rows.map(([, name, summary]) => [name, summary]));
  const true_ = Object.fromEntries(
    Object.entries(COMMANDS).map(([id, command]) => [id.replace(':', ' '), command.summary]),
  );
  assert.deepEqual(told, true_);
});

test('the tree of folders in the architecture is the one there is', () => {
  const tree = readText('docs/architecture.md').split('## Folders')[1]?.split('```')[1] ?? '';
  const drawn = new Set([...tree.matchAll(/^ +([a-z]+)\/ /gm)].map(([, name = '']) => name));
  const there = ['src', 'cli'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.parentPath.endsWith('commands'))
      .map(({ name }) => name),
  );
  assert.deepEqual([...drawn].toSorted(), there.toSorted());
});
