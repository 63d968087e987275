import type { TokenSource } from '../model/completion.ts';
import { isError, type NamedError, type Outcome } from '../model/outcome.ts';
import type { PlainResult } from '../model/result.ts';

/** Requests and tokens of a run, counted and divided by its window. */
export interface CountFigures {
  /** All requests that were sent, also those that ended after the window. */
  readonly requests: number;
  readonly errors: number;
  /** Requests that the plan cut where their recorded client had gone away: neither errors nor in the latencies. */
  readonly plannedAborts: number;
  /** Requests that ended after the window: counted in latencies, not in rates. */
  readonly drained: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Of the `ok` requests that asked for a number of tokens and were counted by usage: how many they asked for, and how many came. */
  readonly pinnedTokens: { readonly asked: number; readonly generated: number };
  /** The window: from the start to the end of sending. */
  readonly durationMs: number;
  /** Answers completed within the window ÷ window, of any status. */
  readonly requestsPerSec: number;
  /** Bytes read from the sockets for them ÷ window; null where the bytes of none are known. */
  readonly bytesPerSec: number | null;
  /** Tokens of the `ok` ones among them ÷ window; null when no answer reported its tokens. */
  readonly outputTokensPerSec: number | null;
  /** The same with the tokens of their prompts. */
  readonly totalTokensPerSec: number | null;
  /** As above, but every `ok` request counts with the share of its service time that lies within the window. */
  readonly servedRequestsPerSec: number;
  readonly servedOutputTokensPerSec: number | null;
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  /** Where the `ok` requests' token counts came from. */
  readonly tokenSources: Readonly<Partial<Record<TokenSource, number>>>;
}

/** Share by which the tokens that came may differ from those that were asked for, in sum. */
const KEPT_TOLERANCE = 0.005;

/** Whether servers kept the lengths that they were asked for; true where none was asked for. */
export function keptLengths({ asked, generated }: CountFigures['pinnedTokens']): boolean {
  return asked === 0 || Math.abs(generated / asked - 1) <= KEPT_TOLERANCE;
}

/** @param windowUs infinite for a run that did not end: it is then measured up to its last answer */
export function createRunCounts(windowUs: number) {
  const outcomes: Partial<Record<Outcome, number>> = { ok: 0 };
  const tokenSources: Partial<Record<TokenSource, number>> = {};
  const tokens = { promptTokens: 0, completionTokens: 0 };
  const total = { requests: 0, errors: 0, plannedAborts: 0, drained: 0, ...tokens };
  const window = { requests: 0, bytes: 0, output: 0, prompt: 0, servedRequests: 0, servedTokens: 0 };
  const pinned = { asked: 0, generated: 0 };
  let tokensKnown = false;
  let lastUs = 0;

  function addOk(result: PlainResult): void {
    const tokens = result.completionTokens ?? 0;
    const prompt = result.promptTokens ?? 0;
    tokenSources[result.tokenSource] = (tokenSources[result.tokenSource] ?? 0) + 1;
    tokensKnown ||= result.completionTokens !== null;
    if (result.askedTokens !== null && result.tokenSource === 'usage') {
      pinned.asked += result.askedTokens;
      pinned.generated += tokens;
    }
    total.promptTokens += prompt;
    total.completionTokens += tokens;
    if (result.finishedUs <= windowUs) {
      window.output += tokens;
      window.prompt += prompt;
    }
    const share = shareWithin(result, windowUs);
    window.servedRequests += share;
    window.servedTokens += share * tokens;
  }

  function durationUs(): number {
    return windowUs === Number.POSITIVE_INFINITY ? lastUs : windowUs;
  }

  /** An amount within the window as a rate. */
  function perSec(amount: number): number {
    const us = durationUs();
    return us > 0 ? (amount * 1e6) / us : 0;
  }

  return {
    add(result: PlainResult): void {
      total.requests += 1;
      lastUs = Math.max(lastUs, result.finishedUs);
      outcomes[result.outcome] = (outcomes[result.outcome] ?? 0) + 1;
      if (isError(result.outcome)) total.errors += 1;
      if (isPlannedAbort(result)) total.plannedAborts += 1;
      if (result.finishedUs > windowUs) total.drained += 1;
      else if (isAnswered(result)) {
        window.requests += 1;
        window.bytes += result.wireBytes;
      }
      if (result.outcome === 'ok') addOk(result);
    },
    perSec,
    figures: (): CountFigures => ({
      ...total,
      pinnedTokens: pinned,
      durationMs: durationUs() / 1e3,
      requestsPerSec: perSec(window.requests),
      bytesPerSec: window.bytes === 0 && window.requests > 0 ? null : perSec(window.bytes),
      outputTokensPerSec: tokensKnown ? perSec(window.output) : null,
      totalTokensPerSec: tokensKnown ? perSec(window.output + window.prompt) : null,
      servedRequestsPerSec: perSec(window.servedRequests),
      servedOutputTokensPerSec: tokensKnown ? perSec(window.servedTokens) : null,
      outcomes,
      tokenSources,
    }),
  };
}

/** A request that ended in another way before its planned cut is not a planned abort. */
function isPlannedAbort({ plannedAbort, outcome }: PlainResult): boolean {
  return plannedAbort && outcome === 'client_aborted';
}

/** Complete answers of any status; what broke, timed out or was cut is no answer. */
function isAnswered({ outcome }: PlainResult): boolean {
  return (
    outcome === 'ok' || outcome === 'http_error' || outcome === 'stream_error' || outcome === 'incomplete'
  );
}

function shareWithin({ sentUs, finishedUs }: PlainResult, windowUs: number): number {
  if (sentUs === null || finishedUs <= windowUs) return 1;
  return sentUs >= windowUs ? 0 : (windowUs - sentUs) / (finishedUs - sentUs);
}

/** Errors that look alike. */
export interface ErrorKind extends NamedError {
  readonly count: number;
}

const SHOWN = 10;
/** Messages that name a request or a time are all different: beyond this many none is added. */
const KEPT = 1_000;
const LENGTH = 120;

export function createErrorKinds() {
  const counts = new Map<string, { readonly kind: NamedError; count: number }>();
  return {
    add({ outcome, status, errorCode: code, error }: PlainResult): void {
      if (!isError(outcome)) return;
      const words = error !== null && (code === null || code === 'system') ? firstLine(error) : null;
      const kind = { outcome, status, code, error: words };
      const key = JSON.stringify(kind);
      const known = counts.get(key);
      if (known !== undefined) known.count += 1;
      else if (counts.size < KEPT) counts.set(key, { kind, count: 1 });
    },
    /** The most frequent ones, most frequent first. */
    kinds: (): readonly ErrorKind[] =>
      [...counts.values()]
        .sort((a, b) => b.count - a.count)
        .slice(0, SHOWN)
        .map(({ kind, count }) => ({ ...kind, count })),
  };
}

function firstLine(message: string): string {
  const line = message.trim().split('\n', 1)[0] ?? '';
  return line.length <= LENGTH ? line : `${line.slice(0, LENGTH - 1)}…`;
}
