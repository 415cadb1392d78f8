import { lineAt, visit, type SourceFile, type Syntax } from './source-tree.ts';

/** Names under which production code holds what must never be shown. */
const SECRET =
  /^(secret|secretKey|privateKey|addend|scalar|share|cek|kek|seed|passphrase|dataKey|token)$/;

/** Secrets in the arguments of what is shown or kept in clear: a logged line, a notice, an error. A length may be told. */
export const secretsShown = (file: SourceFile): string[] => {
  const found: string[] = [];
  visit(file.tree, (node) => {
    if (!shows(node)) return;
    for (const argument of node['arguments'] as Syntax[])
      visit(argument, (inner, parent, place) => {
        if (inner.type !== 'Identifier' || !SECRET.test(String(inner['name']))) return;
        if (parent?.type === 'MemberExpression' && isLength(parent)) return;
        if (parent?.type === 'Property' && place === 'key') return;
        found.push(`${file.path}:${lineAt(file.text, inner.start)} shows ${String(inner['name'])}`);
      });
  });
  return found;
};

const shows = ({ type, callee }: Syntax): boolean => {
  if (type !== 'NewExpression' && type !== 'CallExpression') return false;
  const { name, property } = callee as Syntax & { name?: string; property?: Syntax };
  const called = String(name ?? property?.['name']);
  return type === 'NewExpression'
    ? called.endsWith('Error')
    : /^(trace|debug|info|warn|error|fatal|log|logToStderr|logJson|write|notice)$/.test(called);
};

const isLength = (member: Syntax): boolean =>
  /^(byteLength|length)$/.test(String((member['property'] as Syntax)['name']));
