import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { parseSync, type Comment } from 'oxc-parser';

/** The sources as data, for tests that hold them against rules. */

export const ROOT = join(import.meta.dirname, '../..');

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  path: string;
  text: string;
  lines: number;
  imports: Import[];
  comments: Comment[];
  tree: Syntax;
}

export interface Import {
  /** Path of a file of the repository, or the name of a package, or `node:…`. */
  target: string;
  /** As written. */
  specifier: string;
  /** What is imported as a value; a type is gone when the program runs. */
  values: string[];
  /** The module is loaded when the program runs. */
  loads: boolean;
}

/** A node of the ESTree, as far as these tests care. */
export interface Syntax {
  type: string;
  start: number;
  [part: string]: unknown;
}

/** Files under the given directories that end in one of the given ways, sorted. */
export const filesUnder = (directories: readonly string[], endings: readonly string[]): string[] =>
  directories
    .flatMap((directory) => walk(join(ROOT, directory)))
    .map((path) => relative(ROOT, path).split(sep).join('/'))
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .toSorted();

const NOT_OURS = new Set(['node_modules', '.git', 'dist', '.tmp']);

const walk = (directory: string): string[] => {
  const found: string[] = [];
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (NOT_OURS.has(entry.name)) continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) found.push(...walk(path));
    else if (entry.isFile()) found.push(path);
  }
  return found;
};

export const readText = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

export const readSource = (path: string): SourceFile => parseSource(path, readText(path));

export const parseSource = (path: string, text: string): SourceFile => {
  const { program, module, comments, errors } = parseSync(path, text);
  const [error] = errors;
  if (error) throw new Error(`${path}: ${error.message}`);
  const tree = program as unknown as Syntax;
  const found: Import[] = [];
  for (const { moduleRequest, entries } of module.staticImports)
    found.push(
      importOf(
        path,
        moduleRequest.value,
        entries.map(({ importName, isType }) => ({ name: importName.name, isType })),
      ),
    );
  for (const { entries } of module.staticExports)
    for (const { moduleRequest, importName, isType } of entries)
      if (moduleRequest)
        found.push(importOf(path, moduleRequest.value, [{ name: importName.name, isType }]));
  visit(tree, (node) => {
    const source = node['source'] as Syntax | undefined;
    if (node.type === 'ImportExpression' && typeof source?.['value'] === 'string')
      found.push(importOf(path, source['value'], []));
  });
  return { path, text, lines: text.split('\n').length - 1, imports: found, comments, tree };
};

const importOf = (
  path: string,
  specifier: string,
  entries: readonly { name: string | null | undefined; isType: boolean }[],
): Import => {
  const values = entries.filter(({ isType }) => !isType);
  return {
    specifier,
    target: specifier.startsWith('.')
      ? posix.join(dirname(path), specifier)
      : specifier.startsWith('node:')
        ? specifier
        : packageOf(specifier),
    values: values.map(({ name }) => name ?? '*'),
    loads: entries.length === 0 || values.length > 0,
  };
};

const packageOf = (specifier: string): string =>
  specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

/** Calls back for every node below and including `node`, with its parent and the name of its place there. */
export const visit = (
  node: Syntax,
  seen: (node: Syntax, parent: Syntax | undefined, place: string) => void,
  parent?: Syntax,
  place = '',
): void => {
  seen(node, parent, place);
  for (const [key, value] of Object.entries(node))
    for (const child of Array.isArray(value) ? value : [value])
      if (isSyntax(child)) visit(child, seen, node, key);
};

const isSyntax = (value: unknown): value is Syntax =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** Line of an offset, from 1. */
export const lineAt = (text: string, offset: number): number =>
  text.slice(0, offset).split('\n').length;
