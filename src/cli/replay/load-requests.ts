import { groupConversations, type RequestSummary } from '../../chat/conversations.ts';
import { isCoded, replayHeaders, replayPath } from '../../chat/replay-head.ts';
import type { Exchange } from '../../model/exchange.ts';
import type { BodyChange, Skip, SkipReason } from '../../model/traffic-note.ts';
import { UserError } from '../../model/user-error.ts';
import type { RecordedTurn } from '../../replay/plan/plan.ts';
import { type PlanContent, planContent } from '../../replay/plan/plan-fingerprint.ts';
import { abortPoint, type ReplayableRequest, whyNotReplayable } from '../../replay/plan/replayable.ts';
import { createTimeLine, type RecordedTime } from '../../replay/plan/time-line.ts';
import { skipText } from '../../report/messages/traffic-notes.ts';
import type { TapeReader } from '../../store/tape-reader.ts';
import { bodyPreparation, type PreparedBody } from './prepare-body.ts';
import type { RequestSettings } from './replay-settings.ts';

/** What of a tape is replayed, and how. */
export interface LoadedRequests {
  /** In recorded order. */
  readonly requests: readonly ReplayableRequest[];
  /** Who belongs together: their turns are numbers of `requests`, their time line begins with the first of them. */
  readonly conversations: readonly (readonly RecordedTurn[])[];
  /** What names them in a plan. */
  readonly content: PlanContent;
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
  const timeOf = createTimeLine(tape.captures());
  const prepare = bodyPreparation(tape, rewrite);
  const headersOf = headerPreparation();
  const requests: ReplayableRequest[] = [];
  const summaries: RequestSummary[] = [];
  const skipped = createCount<{ readonly kind: SkipReason }>();
  const changes = createCount<Uncounted<BodyChange>>();

  function add(exchange: Exchange, time: RecordedTime): SkipReason | null {
    if (!selection(exchange, { wallMs: time.wallMs, sinceFirstUs: time.arrivedUs })) return 'notSelected';
    const why = whyNotReplayable(exchange, aborts);
    if (why !== null || exchange.requestBodyId === null) return why ?? 'bodyNotRecorded';
    if (requests.length === limit) return 'beyondLimit';
    const body = prepare(exchange, exchange.requestBodyId);
    if (body.why !== null) return body.why;
    for (const edit of body.changes) changes.add(edit);
    if (body.isJson && isCoded(exchange.requestHeaders)) changes.add({ kind: 'codingRemoved' });
    if (body.freeLength !== null) changes.add({ kind: 'lengthNotPinned', why: body.freeLength });
    summaries.push(summaryOf(exchange, time, body));
    requests.push({
      exchangeId: exchange.id,
      path: replayPath(exchange.path),
      headers: headersOf(exchange.requestHeaders, body.isJson),
      body: body.bytes,
      saltAt: body.saltAt,
      abort: aborts === 'replay' ? abortPoint(exchange, body.streams) : null,
    });
    return null;
  }

  for (const exchange of tape.exchanges()) {
    const why = add(exchange, timeOf(exchange));
    if (why !== null) skipped.add({ kind: why });
  }
  if (requests.length === 0) throw nothingToReplay(path, skipped.notes());
  const conversations = conversationsOf(summaries);
  return {
    requests,
    conversations,
    content: planContent(requests, conversations),
    skipped: skipped.notes(),
    changes: changes.notes(),
  };
}

function summaryOf(
  { sessionKey, messages, outcome }: Exchange,
  { arrivedUs, finishedUs }: RecordedTime,
  { hashes }: PreparedBody,
): RequestSummary {
  return { hashes, sessionKey, messages, arrivedUs, endedUs: finishedUs, answered: outcome === 'ok' };
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
