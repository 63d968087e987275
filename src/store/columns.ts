import type { AnswerFigures, RawAnswer } from '../model/completion.ts';
import type { Exchange } from '../model/exchange.ts';
import type { Result } from '../model/result.ts';

/** How a value lies in a column: what is written for it, and what is read back. */
interface ColumnKind {
  readonly write: (value: unknown, zeroUs: number) => unknown;
  readonly read: (stored: unknown) => unknown;
}

const same = (value: unknown): unknown => value;

/** What does not fit into a column costs the value, never the row: it is stored as null. */
const KINDS = {
  integer: { write: (value) => (Number.isSafeInteger(value) ? value : null), read: same },
  /** Microseconds since `zeroUs`, stored whole. */
  instant: {
    write: (value, zeroUs) => (Number.isFinite(value) ? Math.round((value as number) - zeroUs) : null),
    read: same,
  },
  text: { write: (value) => (typeof value === 'string' ? value : null), read: same },
  flag: { write: (value) => Number(value), read: (stored) => stored === 1 },
  json: { write: (value) => JSON.stringify(value), read: (stored) => JSON.parse(stored as string) },
} as const satisfies Readonly<Record<string, ColumnKind>>;

type Kinds<Row> = Readonly<Record<keyof Row & string, keyof typeof KINDS>>;

/** The columns that `exchanges` and `results` share: how an answer came and what it meant. */
type AnswerRow = Omit<AnswerFigures, 'chunks'> &
  Pick<RawAnswer, 'status' | 'headersUs' | 'firstByteUs' | 'finishedUs'>;

const ANSWER = {
  status: 'integer',
  outcome: 'text',
  errorCode: 'text',
  error: 'text',
  headersUs: 'instant',
  firstByteUs: 'instant',
  firstTokenUs: 'instant',
  firstVisibleUs: 'instant',
  lastTokenUs: 'instant',
  finishedUs: 'instant',
  promptTokens: 'integer',
  completionTokens: 'integer',
  cachedTokens: 'integer',
  tokenSource: 'text',
  finishReason: 'text',
  answerHash: 'text',
  streamed: 'flag',
  oddEvents: 'integer',
} as const satisfies Kinds<AnswerRow>;

/** What a row of `exchanges` holds from its start on. */
const EXCHANGE_START = {
  captureId: 'integer',
  arrivedUs: 'instant',
  method: 'text',
  path: 'text',
  requestHeaders: 'json',
} as const satisfies Partial<Kinds<Exchange>>;

/** What its end adds. */
const EXCHANGE_END = {
  model: 'text',
  stream: 'flag',
  maxTokens: 'integer',
  messages: 'integer',
  sessionKey: 'text',
  requestEndUs: 'instant',
  sentTwice: 'flag',
  ...ANSWER,
  requestBytes: 'integer',
  responseBytes: 'integer',
  requestTruncated: 'flag',
  responseTruncated: 'flag',
  responseHeaders: 'json',
  requestBodyId: 'integer',
  responseBodyId: 'integer',
} as const satisfies Kinds<Omit<Exchange, 'id' | keyof typeof EXCHANGE_START>>;

const RESULT = {
  runId: 'integer',
  seq: 'integer',
  exchangeId: 'integer',
  thread: 'integer',
  connection: 'integer',
  scheduledUs: 'instant',
  sentUs: 'instant',
  ...ANSWER,
  wireBytes: 'integer',
  plannedAbort: 'flag',
  askedTokens: 'integer',
} as const satisfies Kinds<Omit<Result, 'id'>>;

/** Some columns of a table, in the order of `names`. A row of the model has a member for each: `sentUs` is `sent_us`. */
export interface Columns<Row> {
  readonly names: readonly string[];
  /**
   * Values to bind by position, which is a third faster than by name.
   * @param zeroUs what instants on the tape count from, on the clock of those in `row`; 0 by default
   */
  write(row: Row, zeroUs?: number): unknown[];
  /** @param values as `write` gives them, from position `from` on */
  read(values: readonly unknown[], from: number): Row;
}

function columns<Row extends object>(kinds: Kinds<Row>): Columns<Row> {
  const fields = Object.entries<keyof typeof KINDS>(kinds).map(([field, kind]) => ({
    field,
    ...KINDS[kind],
  }));
  return {
    names: fields.map(({ field }) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)),
    write: (row, zeroUs = 0) =>
      fields.map(({ field, write }) => write((row as Readonly<Record<string, unknown>>)[field], zeroUs)),
    read(values, from) {
      const row: Record<string, unknown> = {};
      let at = from;
      for (const { field, read } of fields) row[field] = read(values[at++]);
      return row as Row;
    },
  };
}

export const EXCHANGE_START_COLUMNS = columns<Pick<Exchange, keyof typeof EXCHANGE_START>>(EXCHANGE_START);
export const EXCHANGE_END_COLUMNS = columns<Pick<Exchange, keyof typeof EXCHANGE_END>>(EXCHANGE_END);
export const EXCHANGE_COLUMNS = columns<Omit<Exchange, 'id'>>({ ...EXCHANGE_START, ...EXCHANGE_END });
export const RESULT_COLUMNS = columns<Omit<Result, 'id'>>(RESULT);
