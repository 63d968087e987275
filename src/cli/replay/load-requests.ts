import { groupConversations, type RequestSummary } from '../../chat/conversations.ts';
import { replayHeaders, replayPath } from '../../chat/replay-head.ts';
import type { Exchange } from '../../model/exchange.ts';
import { UserError } from '../../model/user-error.ts';
import type { RecordedTurn } from '../../replay/plan/plan.ts';
import { type PlanContent, planContent } from '../../replay/plan/plan-fingerprint.ts';
import {
  abortPoint,
  type ReplayableRequest,
  type SkipReason,
  whyNotReplayable,
} from '../../replay/plan/replayable.ts';
import { createTimeLine, type RecordedTime } from '../../replay/plan/time-line.ts';
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
  /** Exchanges left out, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** What was changed in the recorded bodies, and why lengths could not be pinned: in how many exchanges. */
  readonly changes: Readonly<Record<string, number>>;
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
  const skipped: Record<string, number> = {};
  const changes: Record<string, number> = {};

  function add(exchange: Exchange, time: RecordedTime): SkipReason | null {
    if (!selection(exchange, { wallMs: time.wallMs, sinceFirstUs: time.arrivedUs })) return 'not selected';
    const why = whyNotReplayable(exchange, aborts);
    if (why !== null || exchange.requestBodyId === null) return why ?? 'request body not recorded';
    if (requests.length === limit) return 'beyond the limit';
    const body = prepare(exchange, exchange.requestBodyId);
    if (body.why !== null) return body.why;
    for (const change of changesOf(body)) count(changes, change);
    summaries.push(summaryOf(exchange, time, body));
    requests.push({
      exchangeId: exchange.id,
      path: replayPath(exchange.path),
      headers: headersOf(exchange.requestHeaders),
      body: body.bytes,
      saltAt: body.saltAt,
      abort: aborts === 'replay' ? abortPoint(exchange, body.streams) : null,
    });
    return null;
  }

  for (const exchange of tape.exchanges()) {
    const why = add(exchange, timeOf(exchange));
    if (why !== null) count(skipped, why);
  }
  if (requests.length === 0) throw nothingToReplay(path, skipped);
  const conversations = conversationsOf(summaries);
  return { requests, conversations, content: planContent(requests, conversations), skipped, changes };
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
function headerPreparation(): (headers: readonly string[]) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (headers) => {
    const prepared = replayHeaders(headers);
    const key = prepared.join('\n');
    const same = known.get(key);
    if (same === undefined) known.set(key, prepared);
    return same ?? prepared;
  };
}

function changesOf({ changes, freeLength }: PreparedBody): readonly string[] {
  return freeLength === null ? changes : [...changes, `length not pinned: ${freeLength}`];
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function nothingToReplay(path: string, skipped: Readonly<Record<string, number>>): UserError {
  const reasons = Object.entries(skipped).map(([reason, n]) => `${n} ${reason}`);
  if (reasons.length === 0) {
    return new UserError(`${path} holds no exchange: record some traffic with reprise record first`);
  }
  const remedy = 'not selected' in skipped ? 'widen --select' : 'record successful completions first';
  return new UserError(`nothing on ${path} can be replayed (${reasons.join(', ')}): ${remedy}`);
}
