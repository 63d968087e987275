import { isUtf8 } from 'node:buffer';
import type { Decoded, Format, PlacedRecord, RecordReader } from '../format.ts';
import { createLineCutter } from './byte-lines.ts';

/** Reads the cells of a row by the name of their column; null for an empty cell, or without such a column. */
export type Cells = (column: string) => string | null;

/**
 * A format in comma separated values whose first line names the columns, in any order.
 * @param columns that a file of it has at least
 */
export function csvFormat(columns: readonly string[], decoder: () => (cells: Cells) => Decoded): Format {
  return {
    fits({ line }) {
      const names = fieldsOf(line).map(plainName);
      return columns.every((column) => names.includes(plainName(column)));
    },
    reader: () => createCsvReader(decoder()),
  };
}

function plainName(name: string): string {
  return name.trim().toLowerCase();
}

function createCsvReader(decode: (cells: Cells) => Decoded): RecordReader {
  const cutter = createLineCutter();
  let columns: ReadonlyMap<string, number> | null = null;
  const read = ({ bytes, line }: ReturnType<typeof cutter.push>[number]): PlacedRecord[] => {
    if (bytes === null) return [{ line, decoded: 'tooLong' }];
    if (!isUtf8(bytes)) return [{ line, decoded: 'invalidUtf8' }];
    const fields = fieldsOf(bytes.toString('utf8'));
    if (columns === null) {
      columns = new Map(fields.map((name, i) => [plainName(name), i]));
      return [];
    }
    const places = columns;
    if (fields.length < places.size) return [{ line, decoded: 'malformed' }];
    return [
      { line, decoded: decode((column) => fields[places.get(plainName(column)) ?? -1]?.trim() || null) },
    ];
  };
  return { push: (piece) => cutter.push(piece).flatMap(read), end: () => cutter.end().flatMap(read) };
}

/** The fields of a line (RFC 4180, but that none may contain a line end: no trace has such a field). */
export function fieldsOf(line: string): readonly string[] {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  for (const [, quoted, plain = ''] of line.matchAll(/(?:^|,)(?:\s*"((?:[^"]|"")*)"\s*|([^,]*))(?=,|$)/g)) {
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
  }
  return fields;
}
