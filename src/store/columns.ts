import type { Database, Statement } from 'better-sqlite3';
import { type AnswerFigures, type RawAnswer, TOKEN_SOURCES } from '../model/completion.ts';
import type { Exchange } from '../model/exchange.ts';
import { parseJson } from '../model/json.ts';
import { ERROR_CODES, OUTCOMES } from '../model/outcome.ts';
import type { PlainResult, Result, WrkResult } from '../model/result.ts';
import { DamagedValueError } from './damaged-value-error.ts';

/** How a value lies in a column: what is written for it, and what is read back. */
interface ColumnKind {
  readonly write: (value: unknown, zeroUs: number) => unknown;
  /** What a stored value other than null is; undefined of one that `write` does not make. A flipped byte changes a column's type as well. */
  readonly read: (stored: unknown) => unknown;
  /** How it is selected; absent where it is selected as it is stored. */
  readonly select?: (name: string) => string;
}

const isWhole = (value: unknown, most: number): value is number =>
  Number.isInteger(value) && Math.abs(value as number) <= most;

/** Ten years, microseconds: no recording and no run lasts longer. */
const LONGEST_US = 10 * 366 * 86_400e6;
/** Of one request: ten times the longest context that a model is served with. */
const MOST_TOKENS = 100_000_000;

const integer = {
  write: (value) => (Number.isSafeInteger(value) ? value : null),
  read: (stored) => (isWhole(stored, Number.MAX_SAFE_INTEGER) && stored >= 0 ? stored : undefined),
} as const satisfies ColumnKind;

const text = {
  write: (value) => (typeof value === 'string' ? value : null),
  read: (stored) => (typeof stored === 'string' ? stored : undefined),
} as const satisfies ColumnKind;

/**
 * What is read is the word of the list, by which others are found faster than by a text of the file. The first word, which
 * most rows have, is selected as a number: a text of each row costs as much as five numbers.
 */
const oneOf = (words: readonly string[]): ColumnKind => ({
  ...text,
  read: (stored) => words[stored === 0 ? 0 : words.indexOf(stored as string)],
  select: (name) => `iif(${name} = '${words[0]}', 0, CAST(${name} AS TEXT))`,
});

/** What does not fit into a column costs the value, never the row: it is stored as null. */
const KINDS = {
  integer,
  tokens: {
    ...integer,
    read: (stored) => (isWhole(stored, MOST_TOKENS) && stored >= 0 ? stored : undefined),
  },
  /** Microseconds since `zeroUs`, stored whole. */
  instant: {
    write: (value, zeroUs) => (Number.isFinite(value) ? Math.round((value as number) - zeroUs) : null),
    read: (stored) => (isWhole(stored, LONGEST_US) ? stored : undefined),
  },
  text,
  outcome: oneOf(OUTCOMES),
  tokenSource: oneOf(TOKEN_SOURCES),
  errorCode: oneOf(ERROR_CODES),
  flag: { write: Number, read: (stored) => (stored === 0 || stored === 1 ? stored === 1 : undefined) },
  /** Raw header pairs. */
  headers: {
    write: (value) => JSON.stringify(value),
    read: (stored) => (typeof stored === 'string' ? readHeaders(stored) : undefined),
  },
} as const satisfies Readonly<Record<string, ColumnKind>>;

function readHeaders(stored: string): readonly string[] {
  const headers: unknown = readJson(stored);
  if (
    !Array.isArray(headers) ||
    headers.length % 2 !== 0 ||
    !headers.every((one) => typeof one === 'string')
  ) {
    throw new DamagedValueError('headers that are no pairs of texts');
  }
  return headers;
}

/** @throws DamagedValueError for what is no JSON */
export function readJson(stored: unknown): unknown {
  try {
    return parseJson(stored as string);
  } catch {
    throw new DamagedValueError(`${JSON.stringify(String(stored).slice(0, 40))} is no JSON`);
  }
}

type KindName = keyof typeof KINDS;
/** A column may be empty exactly where its member may be null; `?` marks it. */
type Kinds<Row> = {
  readonly [Key in keyof Row & string]: null extends Row[Key] ? `${KindName}?` : KindName;
};

/** The columns that `exchanges` and `results` share: how an answer came and what it meant. */
type AnswerRow = Omit<AnswerFigures, 'chunks'> &
  Pick<RawAnswer, 'status' | 'headersUs' | 'firstByteUs' | 'finishedUs'>;

const ANSWER = {
  status: 'integer?',
  outcome: 'outcome',
  errorCode: 'errorCode?',
  error: 'text?',
  headersUs: 'instant?',
  firstByteUs: 'instant?',
  firstTokenUs: 'instant?',
  firstVisibleUs: 'instant?',
  lastTokenUs: 'instant?',
  finishedUs: 'instant',
  promptTokens: 'tokens?',
  completionTokens: 'tokens?',
  cachedTokens: 'tokens?',
  tokenSource: 'tokenSource',
  finishReason: 'text?',
  answerHash: 'text?',
  streamed: 'flag',
  oddEvents: 'integer',
} as const satisfies Kinds<AnswerRow>;

/** What a row of `exchanges` holds from its start on. */
const EXCHANGE_START = {
  captureId: 'integer',
  arrivedUs: 'instant',
  method: 'text',
  path: 'text',
  requestHeaders: 'headers',
} as const satisfies Partial<Kinds<Exchange>>;

/** What its end adds. */
const EXCHANGE_END = {
  model: 'text?',
  stream: 'flag',
  maxTokens: 'integer?',
  messages: 'integer?',
  sessionKey: 'text?',
  requestEndUs: 'instant?',
  sentTwice: 'flag',
  ...ANSWER,
  finishedUs: 'instant?',
  requestBytes: 'integer',
  responseBytes: 'integer',
  requestTruncated: 'flag',
  responseTruncated: 'flag',
  responseHeaders: 'headers',
  requestBodyId: 'integer?',
  responseBodyId: 'integer?',
} as const satisfies Kinds<Omit<Exchange, 'id' | keyof typeof EXCHANGE_START>>;

/** The position comes first: behind a row's id, the two by which readers go on to the next rows. */
const RESULT = {
  seq: 'integer',
  runId: 'integer',
  exchangeId: 'integer',
  thread: 'integer',
  connection: 'integer',
  scheduledUs: 'instant',
  sentUs: 'instant?',
  ...ANSWER,
  wireBytes: 'integer',
  plannedAbort: 'flag',
  askedTokens: 'tokens?',
} as const satisfies Kinds<Omit<Result, 'id'>>;

/** Some columns of a table, in the order of `names`. A row of the model has a member for each: `sentUs` is `sent_us`. */
export interface Columns<Row> {
  readonly names: readonly string[];
  /** Expressions by which rows are selected that `read` takes. */
  readonly selected: readonly string[];
  /**
   * Values to bind by position, which is a third faster than by name.
   * @param zeroUs what instants on the tape count from, on the clock of those in `row`; 0 by default
   */
  write(row: Row, zeroUs?: number): unknown[];
  /** @param values as `write` gives them */
  read(values: readonly unknown[]): Row;
  /** The same with the row's id, the first of `values`: to spread what `read` gives into an object with the id takes three times as long. */
  readWithId(values: readonly unknown[]): Row & { readonly id: number };
}

function columns<Row extends object>(kinds: {
  readonly [field: string]: KindName | `${KindName}?`;
}): Columns<Row> {
  const fields = Object.entries(kinds).map(([field, optionalKind]) => {
    const kind = optionalKind.replace('?', '') as KindName;
    const name = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return { field, name, kind, isOptional: kind !== optionalKind, ...(KINDS[kind] as ColumnKind) };
  });
  /** Reads a row whose members begin at position `from`. */
  const reader = (from: number, ...first: readonly string[]): ((values: readonly unknown[]) => unknown) => {
    const members = fields.map(({ field, name, kind, isOptional }, i) => {
      const stored = `values[${from + i}]`;
      return `${field}: ${isOptional ? `${stored} === null ? null : ` : ''}${kind}(${stored}) ?? refuse('${name}', ${stored})`;
    });
    // Compiled: an object literal is made, and its values are checked, in a third of the time that a loop over columns takes.
    const body = `return (values) => ({ ${[...first, ...members].join()} });`;
    return new Function('refuse', ...Object.keys(KINDS), body)(
      refuse,
      ...Object.values<ColumnKind>(KINDS).map(({ read }) => read),
    );
  };
  return {
    names: fields.map(({ name }) => name),
    selected: fields.map(({ name, select }) => select?.(name) ?? name),
    write: (row, zeroUs = 0) =>
      fields.map(({ field, write }) => write((row as Readonly<Record<string, unknown>>)[field], zeroUs)),
    read: reader(0) as Columns<Row>['read'],
    readWithId: reader(1, 'id: values[0]') as Columns<Row>['readWithId'],
  };
}

function refuse(name: string, stored: unknown): never {
  throw new DamagedValueError(`${name} of a row is ${shown(stored)}`);
}

/** A value for a message. */
export function shown(stored: unknown): string {
  return stored instanceof Uint8Array
    ? `${stored.length} bytes`
    : (JSON.stringify(stored) ?? 'absent').slice(0, 60);
}

export const EXCHANGE_START_COLUMNS = columns<Pick<Exchange, keyof typeof EXCHANGE_START>>(EXCHANGE_START);
export const EXCHANGE_END_COLUMNS = columns<Pick<Exchange, keyof typeof EXCHANGE_END>>(EXCHANGE_END);
export const EXCHANGE_COLUMNS = columns<Omit<Exchange, 'id'>>({ ...EXCHANGE_START, ...EXCHANGE_END });
/** When an exchange came and what it meant, without its headers: what is looked at each second. */
export type TimedExchange = Pick<Exchange, 'arrivedUs' | 'finishedUs'> & Omit<AnswerRow, 'finishedUs'>;
export const TIMED_COLUMNS = columns<TimedExchange>({
  arrivedUs: 'instant',
  ...ANSWER,
  finishedUs: 'instant?',
});
export const RESULT_COLUMNS = columns<Omit<Result, 'id'>>(RESULT);
const { runId, connection, headersUs, firstByteUs, cachedTokens, finishReason, answerHash, ...PLAIN } =
  RESULT;
export const PLAIN_RESULT_COLUMNS = columns<Omit<PlainResult, 'id'>>(PLAIN);
const { seq, thread, scheduledUs, sentUs, status, outcome, errorCode, finishedUs, wireBytes } = RESULT;
export const WRK_RESULT_COLUMNS = columns<Omit<WrkResult, 'id'>>({
  ...{ seq, thread, scheduledUs, sentUs, status, outcome, errorCode, finishedUs, wireBytes },
});

/** Adds a row with a value for each of these columns. */
export function insertInto(db: Database, table: string, columns: readonly string[]): Statement<unknown[]> {
  const places = columns.map(() => '?').join(', ');
  return db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`);
}
