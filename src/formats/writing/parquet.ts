import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Exchange } from '../../model/exchange.ts';

/** A value of a row; null where there is none. */
type Value = string | number | bigint | boolean | Uint8Array | null;

type Kind = 'INT32' | 'INT64' | 'DOUBLE' | 'BOOLEAN' | 'STRING' | 'BYTE_ARRAY' | 'TIMESTAMP_MICROS';

/** A column of a table: its name, what kind of value it has, and the value of a row. */
export interface Column<Row> {
  readonly name: string;
  readonly kind: Kind;
  readonly of: (row: Row) => Value;
}

/** A recorded request in a table. */
export interface ExchangeRow {
  readonly exchange: Exchange;
  /** Scheme, host and port of the server, or the files that it was imported from. */
  readonly upstream: string;
  /** Arrival in microseconds since 1970; null where it is not known. */
  readonly arrivedUs: number | null;
}

/** A body apart from its request. */
export interface BodyRow {
  readonly exchangeId: number;
  readonly side: 'request' | 'response';
  /** Null where the body is no UTF-8. */
  readonly text: string | null;
  /** Null where `text` has it. */
  readonly bytes: Uint8Array | null;
}

/** Milliseconds since the arrival. */
const since =
  (of: (exchange: Exchange) => number | null) =>
  ({ exchange, arrivedUs }: ExchangeRow): number | null => {
    const us = of(exchange);
    return us === null || arrivedUs === null ? null : (us - exchange.arrivedUs) / 1e3;
  };

const column =
  <Row>(of: (row: Row) => Value, kind: Kind) =>
  (name: string): Column<Row> => ({ name, kind, of });

const own = (of: (exchange: Exchange) => Value, kind: Kind) =>
  column<ExchangeRow>(({ exchange }) => of(exchange), kind);

/** Columns of `exchanges`, in the words of the tape's `exchange_view`. */
export const EXCHANGE_COLUMNS: readonly Column<ExchangeRow>[] = Object.entries({
  id: own(({ id }) => BigInt(id), 'INT64'),
  capture_id: own(({ captureId }) => captureId, 'INT32'),
  upstream: column<ExchangeRow>(({ upstream }) => upstream, 'STRING'),
  arrived_at: column<ExchangeRow>(
    ({ arrivedUs: us }) => (us === null ? null : BigInt(us)),
    'TIMESTAMP_MICROS',
  ),
  method: own(({ method }) => method, 'STRING'),
  path: own(({ path }) => path, 'STRING'),
  model: own(({ model }) => model, 'STRING'),
  session_key: own(({ sessionKey }) => sessionKey, 'STRING'),
  stream: own(({ stream }) => stream, 'BOOLEAN'),
  max_tokens: own(({ maxTokens }) => bigintOf(maxTokens), 'INT64'),
  messages: own(({ messages }) => messages, 'INT32'),
  status: own(({ status }) => status, 'INT32'),
  outcome: own(({ outcome }) => outcome, 'STRING'),
  error_code: own(({ errorCode }) => errorCode, 'STRING'),
  error: own(({ error }) => error, 'STRING'),
  streamed: own(({ streamed }) => streamed, 'BOOLEAN'),
  headers_ms: column(
    since(({ headersUs }) => headersUs),
    'DOUBLE',
  ),
  ttft_ms: column(
    since(({ firstTokenUs }) => firstTokenUs),
    'DOUBLE',
  ),
  last_token_ms: column(
    since(({ lastTokenUs }) => lastTokenUs),
    'DOUBLE',
  ),
  e2el_ms: column(
    since(({ finishedUs }) => finishedUs),
    'DOUBLE',
  ),
  prompt_tokens: own(({ promptTokens }) => promptTokens, 'INT32'),
  completion_tokens: own(({ completionTokens }) => completionTokens, 'INT32'),
  cached_tokens: own(({ cachedTokens }) => cachedTokens, 'INT32'),
  token_source: own(({ tokenSource }) => tokenSource, 'STRING'),
  finish_reason: own(({ finishReason }) => finishReason, 'STRING'),
  request_bytes: own(({ requestBytes }) => bigintOf(requestBytes), 'INT64'),
  response_bytes: own(({ responseBytes }) => bigintOf(responseBytes), 'INT64'),
  request_headers: own(({ requestHeaders }) => JSON.stringify(requestHeaders), 'STRING'),
  response_headers: own(({ responseHeaders }) => JSON.stringify(responseHeaders), 'STRING'),
}).map(([name, named]) => named(name));

function bigintOf(value: number | null): bigint | null {
  return value === null ? null : BigInt(value);
}

/** Columns of `bodies`. */
export const BODY_COLUMNS: readonly Column<BodyRow>[] = [
  { name: 'exchange_id', kind: 'INT64', of: ({ exchangeId }) => BigInt(exchangeId) },
  { name: 'side', kind: 'STRING', of: ({ side }) => side },
  { name: 'text', kind: 'STRING', of: ({ text }) => text },
  { name: 'bytes', kind: 'BYTE_ARRAY', of: ({ bytes }) => bytes },
];

/** A Parquet file that grows by groups of rows. */
export interface ParquetFile<Row> {
  add(row: Row): void;
  /** Writes what was added as one row group. */
  flush(): void;
  end(): void;
}

/**
 * Writes a table as a Parquet file with Zstandard; never more of it is in memory than one group of rows.
 * @param sink takes the file's bytes in order
 */
export function openParquet<Row>(
  columns: readonly Column<Row>[],
  compress: (bytes: Uint8Array) => Uint8Array,
  sink: (bytes: Uint8Array) => void,
): ParquetFile<Row> {
  const bytes = new ByteWriter();
  const drain = (): void => {
    sink(bytes.getBytes());
    bytes.index = 0;
  };
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map(elementOf)],
    codec: 'ZSTD',
    compressors: { ZSTD: compress },
    createdBy: 'reprise',
  });
  // Values are held by column: a row has more than its table shows.
  const none = (): Value[][] => columns.map(() => []);
  let held = none();
  const flush = (): void => {
    const rowGroupSize = held[0]?.length ?? 0;
    if (rowGroupSize === 0) return;
    writer.write({ columnData: columns.map(({ name }, i) => ({ name, data: held[i] ?? [] })), rowGroupSize });
    held = none();
    drain();
  };
  return {
    add(row) {
      for (const [i, { of }] of columns.entries()) held[i]?.push(of(row));
    },
    flush,
    end() {
      flush();
      writer.finish();
      drain();
    },
  };
}

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

function elementOf({ name, kind }: Pick<Column<never>, 'name' | 'kind'>): SchemaElement {
  const repetition = { name, repetition_type: 'OPTIONAL' } as const;
  switch (kind) {
    case 'STRING':
      return { ...repetition, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
    case 'TIMESTAMP_MICROS':
      return { ...repetition, type: 'INT64', converted_type: kind };
    default:
      return { ...repetition, type: kind };
  }
}
