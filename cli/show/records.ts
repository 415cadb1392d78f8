import type { RecordView } from '../../src/domain/views.ts';
import { columns } from './columns.ts';
import { stamp } from './moments.ts';

/** The log of an order as a table; `detail` puts each fact under its line. */
export const records = (found: readonly RecordView[], detail: boolean): string => {
  if (found.length === 0) return 'nothing is recorded';
  const rows = found.map((record) => [
    String(record.position),
    stamp(record.at),
    record.stream.split('/')[1] ?? record.stream,
    record.kind === 'sealed' ? `sent ${record.type}` : record.type,
    record.state,
    record.hash.slice(0, 12),
  ]);
  const lines = columns([['record', 'time', 'role', 'fact', 'then', 'hash'], ...rows]).split('\n');
  if (!detail) return lines.join('\n');
  return lines
    .flatMap((line, i) => {
      const record = found[i - 1];
      return record === undefined ? [line] : [line, indented(record.detail)];
    })
    .join('\n');
};

const indented = (detail: unknown): string =>
  JSON.stringify(detail, null, 2).replaceAll(/^/gm, '    ');
