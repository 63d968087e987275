import { statSync } from 'node:fs';
import { bodyText, utf8Body } from '../../chat/body.ts';
import { groupConversations, type RequestSummary } from '../../chat/requests/conversations.ts';
import { type PrefixHashes, prefixHashes } from '../../chat/requests/prefix-hashes.ts';
import { isCoded, replayHeaders, replayPath } from '../../chat/requests/replay-head.ts';
import { type ReplayBody, type RewriteOptions, rewriteBody } from '../../chat/requests/rewrite-request.ts';
import { arrivalKind } from '../../model/capture.ts';
import { type Exchange, withoutQuery } from '../../model/exchange.ts';
import { parseObject, TAPE_JSON_BYTES } from '../../model/json.ts';
import type { BodyChange, Skip, SkipReason } from '../../model/note.ts';
import { isAnswered } from '../../model/outcome.ts';
import { UserError, usageError } from '../../model/user-error.ts';
import { createTimeLine, type RecordedTime } from '../../replay/plan/due-times.ts';
import type { RecordedTurn } from '../../replay/plan/plan.ts';
import { type PlanContent, planContent } from '../../replay/plan/plan-fingerprint.ts';
import {
  abortPoint,
  type ReplayableRequest,
  unsendablePart,
  whyBodyNotReplayable,
  whyNotReplayable,
} from '../../replay/plan/replayable.ts';
import { skipText } from '../../report/messages/notes/traffic-notes.ts';
import { safeText } from '../../report/plain-text.ts';
import type { TapeReader } from '../../store/tape-reader.ts';
import type { RequestSettings } from './replay-settings.ts';
import { equals, NAME_OF, type SelectedName } from './select-exchanges.ts';

/** What of a tape is replayed, and how. */
export interface LoadedRequests {
  /** In recorded order. */
  readonly requests: readonly ReplayableRequest[];
  /** Who belongs together: their turns are numbers of `requests`, their time line begins with the first of them. */
  readonly conversations: readonly (readonly RecordedTurn[])[];
  /** What names them in a plan. */
  readonly content: PlanContent;
  /** False where none of them has one: files that were imported may lack them. */
  readonly hasArrivals: boolean;
  /** The first request of each path and model, streamed and not, at most ten: what a server may refuse as a whole. */
  readonly tests: readonly ReplayableRequest[];
  /** The longest time from arrival to end of the recorded answers, microseconds. */
  readonly longestAnswerUs: number;
  /** Recorded requests left out. */
  readonly skipped: readonly Skip[];
  /** What was changed in the recorded bodies, and why lengths could not be pinned. */
  readonly changes: readonly BodyChange[];
}

/**
 * Reads what is wanted of a tape, ready to be sent. Equal bodies and equal headers are held once.
 * @throws UserError when there is nothing to replay
 */
export function loadRequests(tape: TapeReader, path: string, settings: RequestSettings): LoadedRequests {
  const { selection, limit, aborts, rewrite } = settings;
  const captures = tape.captures();
  const timeOf = createTimeLine(captures);
  const timeless = new Set(captures.filter((one) => arrivalKind(one) === 'none').map(({ id }) => id));
  let hasArrivals = false;
  const prepare = bodyPreparation(tape, rewrite, memoryLimit(path));
  const headersOf = headerPreparation();
  const requests: ReplayableRequest[] = [];
  const summaries: RequestSummary[] = [];
  const tests = new Map<string, ReplayableRequest>();
  const skipped = createCount<{ readonly kind: SkipReason }>();
  const changes = createCount<Uncounted<BodyChange>>();

  function add(exchange: Exchange, time: RecordedTime): SkipReason | null {
    if (!selection.fits(exchange, { wallMs: time.wallMs, sinceFirstUs: time.arrivedUs }))
      return 'notSelected';
    const why = whyNotReplayable(exchange, aborts);
    if (why !== null || exchange.requestBodyId === null) return why ?? 'bodyNotRecorded';
    if (requests.length === limit) return 'beyondLimit';
    const body = prepare(exchange, exchange.requestBodyId);
    if (body.why !== null) return body.why;
    for (const edit of body.changes) changes.add(edit);
    if (body.isJson && isCoded(exchange.requestHeaders)) changes.add({ kind: 'codingRemoved' });
    if (body.freeLength !== null) changes.add({ kind: 'lengthNotPinned', why: body.freeLength });
    hasArrivals ||= !timeless.has(exchange.captureId);
    summaries.push(summaryOf(exchange, time, body));
    const head = {
      path: replayPath(exchange.path),
      headers: headersOf(exchange.requestHeaders, body.isJson),
    };
    const unsendable = unsendablePart(head);
    if (unsendable !== null) {
      throw new UserError(
        `request ${exchange.id} of ${path} has ${unsendable}, which is no HTTP: do not replay this tape`,
      );
    }
    const request = {
      exchangeId: exchange.id,
      ...head,
      body: body.bytes,
      saltAt: body.saltAt,
      askedTokens: body.askedTokens,
      abort: aborts === 'replay' ? abortPoint(exchange, body.streams) : null,
    };
    requests.push(request);
    const kind = `${withoutQuery(request.path)} ${body.streams} ${exchange.model}`;
    if (!tests.has(kind) && tests.size < MOST_TESTS) tests.set(kind, request);
    return null;
  }

  const names = createNameCheck(selection.names, [...rewrite.models.renamed.keys()]);
  for (const exchange of tape.exchanges()) {
    names.add(exchange);
    const why = add(exchange, timeOf(exchange));
    if (why !== null) skipped.add({ kind: why });
  }
  names.check(path);
  if (requests.length === 0) throw nothingToReplay(path, skipped.notes());
  const conversations = conversationsOf(summaries);
  return {
    requests,
    tests: [...tests.values()],
    conversations,
    content: planContent(requests, conversations),
    hasArrivals,
    longestAnswerUs: summaries.reduce(longerAnswer, 0),
    skipped: skipped.notes(),
    changes: changes.notes(),
  };
}

function summaryOf(
  { sessionKey, messages, outcome }: Exchange,
  { arrivedUs, finishedUs }: RecordedTime,
  { hashes }: PreparedBody,
): RequestSummary {
  return { hashes, sessionKey, messages, arrivedUs, endedUs: finishedUs, answered: isAnswered(outcome) };
}

function conversationsOf(summaries: readonly RequestSummary[]): readonly (readonly RecordedTurn[])[] {
  const firstUs = summaries[0]?.arrivedUs ?? 0;
  const turns = summaries.map(({ arrivedUs, endedUs }, request) => ({
    request,
    arrivedUs: arrivedUs - firstUs,
    finishedUs: endedUs - firstUs,
  }));
  return groupConversations(summaries).map((numbers) => numbers.flatMap((number) => turns[number] ?? []));
}

function longerAnswer(most: number, { arrivedUs, endedUs }: RequestSummary): number {
  return Math.max(most, endedUs - arrivedUs);
}

/** More models are no more kinds of refusals. */
const MOST_TESTS = 10;

/** Names that an error lists. */
const LISTED = 10;

/** Finds names of options that no exchange of the tape has: they were mistyped, and would be passed over in silence. */
function createNameCheck(selected: readonly SelectedName[], renamed: readonly string[]) {
  const asked = [
    ...selected.map(({ key, name, fits }) => ({ key, fits, option: `--select ${key}=${name}` })),
    ...renamed.map((name) => ({
      key: 'model' as const,
      fits: equals(name),
      option: `--model ${name}=…`,
    })),
  ];
  const keys = [...new Set(asked.map(({ key }) => key))];
  const known = new Map(keys.map((key) => [key, new Set<string>()]));
  return {
    add(exchange: Exchange): void {
      for (const [key, names] of known) {
        const name = NAME_OF[key](exchange);
        if (name !== null) names.add(name);
      }
    },
    check(path: string): void {
      for (const { key, fits, option } of asked) {
        const names = [...(known.get(key) ?? [])];
        if (names.some(fits)) continue;
        const listed = names.slice(0, LISTED).map(safeText).join(', ');
        const rest = names.length > LISTED ? ` and ${names.length - LISTED} more` : '';
        const there =
          names.length === 0 ? `it has no ${key}` : `use one of those that it has, ${listed}${rest}`;
        throw usageError(`${option} fits nothing on ${path}`, there);
      }
    },
  };
}

/** Clients send the same headers with most of their requests. */
function headerPreparation(): (headers: readonly string[], isJson: boolean) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (headers, isJson) => {
    const prepared = replayHeaders(headers, isJson);
    const key = prepared.join('\n');
    const same = known.get(key);
    if (same === undefined) known.set(key, prepared);
    return same ?? prepared;
  };
}

/** A note without the number of requests that it is true of. */
type Uncounted<N> = N extends unknown ? Omit<N, 'requests'> : never;

/** Counts how many requests each note is true of, in the order in which the notes first came. */
function createCount<N extends object>() {
  const counted = new Map<string, { readonly note: N; requests: number }>();
  return {
    add(note: N): void {
      const key = JSON.stringify(note);
      const known = counted.get(key) ?? { note, requests: 0 };
      known.requests += 1;
      counted.set(key, known);
    },
    notes: () => [...counted.values()].map(({ note, requests }) => ({ ...note, requests })),
  };
}

function nothingToReplay(path: string, skipped: readonly Skip[]): UserError {
  if (skipped.length === 0) {
    return new UserError(`${path} holds no exchange: record some traffic with reprise record first`);
  }
  const reasons = skipped.map((skip) => `${skip.requests} ${skipText(skip, 'en')}`).join(', ');
  const remedy = skipped.some(({ kind }) => kind === 'notSelected')
    ? 'widen --select'
    : 'record successful completions first';
  return new UserError(`nothing on ${path} can be replayed (${reasons}): ${remedy}`);
}

/** The conversation that a recorded body belongs to, and its form in a replay. */
export interface PreparedBody extends ReplayBody {
  readonly hashes: PrefixHashes | null;
  /** It is JSON as it lies on the tape, whatever coding its headers name. */
  readonly isJson: boolean;
  /** Why it cannot be sent again; null when it can. */
  readonly why: SkipReason | null;
}

/**
 * Reads and rewrites the bodies of a tape; equal ones are read, and held, once, in memory that threads share.
 * @param spend called with the size of that memory before it is allocated
 */
export function bodyPreparation(
  tape: Pick<TapeReader, 'body'>,
  options: RewriteOptions,
  spend: (bytes: number) => void = () => undefined,
): (exchange: Exchange, bodyId: number) => PreparedBody {
  const keep = createSharedBytes();
  const prepared = new Map<string, PreparedBody>();
  return (exchange, bodyId) => {
    const { path, outcome, completionTokens, tokenSource, finishReason } = exchange;
    // The bytes that are sent depend on how the exchange ended only where its length is to come again.
    const ended = options.lengths === 'free' ? [] : [outcome, completionTokens, tokenSource, finishReason];
    const key = [bodyId, path, ...ended].join(' ');
    const known = prepared.get(key);
    if (known !== undefined) return known;
    const bytes = utf8Body(tape.body(bodyId) ?? new Uint8Array(0));
    const document = parseObject(bodyText(bytes), TAPE_JSON_BYTES);
    const rewritten = rewriteBody({ path, bytes, document }, exchange, options);
    spend(rewritten.bytes.length);
    const made = {
      ...rewritten,
      bytes: keep(rewritten.bytes),
      isJson: document !== null,
      hashes: document === null ? null : prefixHashes(path, document),
      why: document === null ? null : whyBodyNotReplayable(document),
    };
    prepared.set(key, made);
    return made;
  };
}

/** What the bodies of a replay may take in memory, bytes, beside `BYTES_PER_FILE_BYTE` for each of the tape. */
const BODIES_BYTES = 48 * 1024 * 1024;
const BYTES_PER_FILE_BYTE = 200;

/** A small tape can ask for any memory: a body that repeats itself, in thousands of rows of different lengths. */
function memoryLimit(path: string): (bytes: number) => void {
  const most = BODIES_BYTES + BYTES_PER_FILE_BYTE * statSync(path).size;
  let left = most;
  return (bytes) => {
    left -= bytes;
    if (left >= 0) return;
    throw new UserError(`the bodies on ${path} take more than ${Math.round(most / 2 ** 20)} MiB of memory`, {
      remedy: 'replay fewer of them with --limit, or with --lengths free, which needs equal bodies once',
    });
  };
}

/** Bytes that are taken from the system at once. */
const SLAB_BYTES = 8 * 1024 * 1024;

/**
 * Copies bytes into memory that all threads see: a hundred thousand bodies lie there once, one after another, however
 * many threads send them.
 */
export function createSharedBytes(slabBytes: number = SLAB_BYTES): (bytes: Uint8Array) => Uint8Array {
  let slab = new SharedArrayBuffer(0);
  let used = 0;
  return (bytes) => {
    if (bytes.length > slabBytes / 4) {
      const alone = new Uint8Array(new SharedArrayBuffer(bytes.length));
      alone.set(bytes);
      return alone;
    }
    if (used + bytes.length > slab.byteLength) {
      slab = new SharedArrayBuffer(slabBytes);
      used = 0;
    }
    const place = new Uint8Array(slab, used, bytes.length);
    place.set(bytes);
    used += bytes.length;
    return place;
  };
}
