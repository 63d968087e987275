import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createZstdCompressor } from '../../chat/content-coding.ts';
import {
  BODY_COLUMNS,
  type BodyRow,
  type Column,
  EXCHANGE_COLUMNS,
  type ExchangeRow,
  openParquet,
} from '../../formats/writing/parquet.ts';
import { UserError } from '../../model/user-error.ts';

/** Rows of a group, and their bytes about: what is in memory at once. */
const GROUP_ROWS = 10_000;
const GROUP_BYTES = 16 * 1024 * 1024;

/** A recorded request with its bodies on its way into a folder. */
export interface ParquetRecord {
  readonly row: ExchangeRow;
  readonly bodies: readonly BodyRow[];
  /** The time that decides its partition, microseconds since 1970. */
  readonly wallUs: number;
}

/** A folder of tables that is being written; it is at its place when it is whole. */
export interface ParquetFolder {
  add(record: ParquetRecord): void;
  close(): void;
  discard(): void;
}

/**
 * Prepares a folder with the tables `exchanges` and `bodies`, in partitions by date, hour (UTC) and source as Hive names them.
 * @throws UserError when there is something at its place
 */
export function openParquetFolder(path: string): ParquetFolder {
  const target = path.replace(/\/+$/, '') || path;
  const draft = `${target}.export-${process.pid}`;
  attempt(path, () => {
    if (existsSync(target) && readdirSync(target).length > 0) {
      throw new UserError(`--out ${path} has files in it: give a new or an empty folder`);
    }
    mkdirSync(draft, { mode: 0o700 });
  });
  const compress = createZstdCompressor();
  const tables = {
    exchanges: openTable(join(draft, 'exchanges'), EXCHANGE_COLUMNS, compress),
    bodies: openTable(join(draft, 'bodies'), BODY_COLUMNS, compress),
  };
  return {
    add({ row, bodies, wallUs }) {
      attempt(path, () => {
        const partition = partitionOf(wallUs, row.upstream);
        tables.exchanges.add(partition, row, ROW_BYTES);
        for (const body of bodies) tables.bodies.add(partition, body, bytesOf(body));
      });
    },
    close() {
      attempt(path, () => {
        tables.exchanges.close();
        tables.bodies.close();
        if (existsSync(target)) rmSync(target, { recursive: true });
        renameSync(draft, target);
      });
    },
    discard() {
      tables.exchanges.abandon();
      tables.bodies.abandon();
      rmSync(draft, { recursive: true, force: true });
    },
  };
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    const remedy = code === 'ENOTDIR' ? 'give a folder' : 'give a folder at a place that exists';
    throw new UserError(`--out ${path} cannot be written (${code}): ${remedy}`);
  }
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
  folder: string,
  columns: readonly Column<Row>[],
  compress: (bytes: Uint8Array) => Uint8Array,
) {
  const parts = new Map<string, number>();
  let held: Row[] = [];
  let bytes = 0;
  let open: {
    readonly partition: string;
    readonly file: number;
    readonly end: () => void;
    readonly write: (rows: readonly Row[]) => void;
  } | null = null;

  function flush(): void {
    if (held.length > 0) open?.write(held);
    held = [];
    bytes = 0;
  }

  function finish(): void {
    if (open === null) return;
    flush();
    open.end();
    closeSync(open.file);
    open = null;
  }

  function begin(partition: string): void {
    const part = parts.get(partition) ?? 0;
    parts.set(partition, part + 1);
    mkdirSync(join(folder, partition), { recursive: true, mode: 0o700 });
    const file = openSync(join(folder, partition, `part-${part}.parquet`), 'wx', 0o600);
    open = { partition, file, ...openParquet(columns, compress, (piece) => writeFileSync(file, piece)) };
  }

  return {
    add(partition: string, row: Row, size: number): void {
      if (open?.partition !== partition) {
        finish();
        begin(partition);
      }
      held.push(row);
      bytes += size;
      if (held.length >= GROUP_ROWS || bytes >= GROUP_BYTES) flush();
    },
    close: finish,
    abandon(): void {
      if (open !== null) closeSync(open.file);
      open = null;
    },
  };
}
