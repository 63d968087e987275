import { join } from 'node:path';
import { createZstdCompressor } from '../../chat/content-coding.ts';
import {
  BODY_COLUMNS,
  type BodyRow,
  type Column,
  EXCHANGE_COLUMNS,
  type ExchangeRow,
  openParquet,
  type ParquetFile,
} from '../../formats/writing/parquet.ts';
import type { ParquetTarget, TargetFile } from './parquet-target.ts';

/** Rows of a group, and their bytes about: what is in memory at once. */
const GROUP_ROWS = 10_000;
const GROUP_BYTES = 8 * 1024 * 1024;

/** The tables `exchanges` and `bodies`, in partitions by date, hour (UTC) and source as Hive names them. */
export function openParquetTables(target: ParquetTarget) {
  const compress = createZstdCompressor();
  const exchanges = openTable(target, 'exchanges', EXCHANGE_COLUMNS, compress);
  const bodies = openTable(target, 'bodies', BODY_COLUMNS, compress);
  return {
    /** @param wallUs the time that decides its partition, microseconds since 1970 */
    add(row: ExchangeRow, own: readonly BodyRow[], wallUs: number): void {
      const partition = partitionOf(wallUs, row.upstream);
      exchanges.add(partition, row, ROW_BYTES);
      for (const body of own) bodies.add(partition, body, bytesOf(body));
    },
    end(): void {
      exchanges.end();
      bodies.end();
    },
  };
}

/** Of a row without its bodies, about. */
const ROW_BYTES = 1024;

function bytesOf({ text, bytes }: BodyRow): number {
  return (text?.length ?? 0) + (bytes?.length ?? 0);
}

/** `date=2026-11-28/hour=08/source=vllm_8000`: letters, digits and `._-` only, since readers differ in what they unescape. */
function partitionOf(wallUs: number, source: string): string {
  const iso = new Date(Math.floor(wallUs / 1e3)).toISOString();
  const name = source
    .replace(/^https?:\/\//, '')
    .replace(/[^\w.-]+/g, '_')
    .slice(0, 64);
  return join(`date=${iso.slice(0, 10)}`, `hour=${iso.slice(11, 13)}`, `source=${name || 'unknown'}`);
}

/**
 * Writes the rows of a table into one file at a time: they come in order of arrival, so that a partition is done when the next
 * one begins. One that begins again gets another file.
 */
function openTable<Row>(
  target: ParquetTarget,
  table: string,
  columns: readonly Column<Row>[],
  compress: (bytes: Uint8Array) => Uint8Array,
) {
  const parts = new Map<string, number>();
  let [rows, bytes] = [0, 0];
  let open: (ParquetFile<Row> & { readonly partition: string; readonly file: TargetFile }) | null = null;

  function finish(): void {
    open?.end();
    open?.file.end();
    open = null;
    [rows, bytes] = [0, 0];
  }

  function begin(partition: string): NonNullable<typeof open> {
    finish();
    const part = parts.get(partition) ?? 0;
    parts.set(partition, part + 1);
    const file = target.create(join(table, partition, `part-${part}.parquet`));
    return { partition, file, ...openParquet(columns, compress, file.write) };
  }

  return {
    add(partition: string, row: Row, size: number): void {
      if (open?.partition !== partition) open = begin(partition);
      open.add(row);
      rows += 1;
      bytes += size;
      if (rows < GROUP_ROWS && bytes < GROUP_BYTES) return;
      open.flush();
      [rows, bytes] = [0, 0];
    },
    end: finish,
  };
}
