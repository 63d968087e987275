import { CHUNK, type ChunkTimes, TOKEN_BITS } from '../model/chunk-times.ts';
import type { TokenSource } from '../model/completion.ts';
import type { Api } from './api.ts';
import { createSseParser } from './sse.ts';
import { readStreamEvent, type StreamEvent } from './stream-event.ts';
import type { Usage } from './usage.ts';

/** What is known of an answer stream so far. */
export interface StreamState {
  /** First read that completed an event with a generated token. */
  readonly firstTokenUs: number | null;
  readonly lastTokenUs: number | null;
  readonly finishReason: string | null;
  /** The API's end mark was seen: `[DONE]`, or the closing event of the APIs that have none. */
  readonly done: boolean;
  /** The first error event's message. */
  readonly error: string | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly cachedTokens: number | null;
  readonly tokenSource: TokenSource;
  readonly chunks: ChunkTimes;
}

/** Sans-I/O reader of one answer stream: give it every read with its instant, ask for the state at any time. */
export interface AnswerStream {
  push(bytes: Uint8Array, atUs: number): void;
  state(): StreamState;
}

/** Starts reading an answer stream of the given API. */
export function createAnswerStream(api: Api): AnswerStream {
  const parser = createSseParser();
  const atUs: number[] = [];
  const bytesOf: number[] = [];
  const kindsOf: number[] = [];
  const tokensOf: number[] = [];
  const eventsOf: number[] = [];
  const tally = createTally();

  return {
    push(bytes, at) {
      let kinds = 0;
      let tokens = 0;
      let events = 0;
      for (const event of parser.push(bytes)) {
        const read = readStreamEvent(api, event);
        kinds |= read.kinds;
        tokens += tally.add(read);
        if (read.isPiece) events += 1;
      }
      atUs.push(at);
      bytesOf.push(bytes.length);
      kindsOf.push(kinds);
      tokensOf.push(tokens);
      eventsOf.push(events);
    },
    state() {
      const chunks = { atUs, bytes: bytesOf, kinds: kindsOf, tokens: tokensOf, events: eventsOf };
      const first = kindsOf.findIndex((kinds) => (kinds & TOKEN_BITS) !== 0);
      const last = kindsOf.findLastIndex((kinds) => (kinds & TOKEN_BITS) !== 0);
      return {
        firstTokenUs: atUs[first] ?? null,
        lastTokenUs: atUs[last] ?? null,
        ...tally.totals(),
        chunks,
      };
    },
  };
}

type Totals = Omit<StreamState, 'firstTokenUs' | 'lastTokenUs' | 'chunks'>;

/** Adds up events: what ends the stream and how many tokens it held, by the best source that it offered. */
function createTally(): { add(event: StreamEvent): number; totals(): Totals } {
  let finishReason: string | null = null;
  let done = false;
  let error: string | null = null;
  let usage: Usage | null = null;
  let usageIsFinal = false;
  let counted = 0;

  return {
    /** Returns the tokens to book on the event's read: exact where usage came with every chunk. */
    add(event) {
      finishReason ??= event.finishReason;
      error ??= event.error;
      if ((event.kinds & CHUNK.done) !== 0) done = true;
      let tokens = event.tokens;
      if (event.usage !== null) {
        // The closing usage chunk has no choices; one that rides on a choice is the continuous kind.
        const rides = (event.kinds & (TOKEN_BITS | CHUNK.role)) !== 0 || usage !== null;
        const gained = (event.usage.completionTokens ?? 0) - (usage?.completionTokens ?? 0);
        if (rides) tokens = Math.max(0, gained);
        usage = event.usage;
        usageIsFinal = (event.kinds & TOKEN_BITS) === 0 && finishReason !== null;
      }
      counted += tokens;
      return tokens;
    },
    totals() {
      const known = usage?.completionTokens != null;
      const source: TokenSource = known
        ? usageIsFinal || done
          ? 'usage'
          : 'continuous_usage'
        : counted > 0
          ? 'chunks'
          : 'none';
      return {
        finishReason,
        done,
        error,
        promptTokens: usage?.promptTokens ?? null,
        completionTokens: usage?.completionTokens ?? (counted > 0 ? counted : null),
        cachedTokens: usage?.cachedTokens ?? null,
        tokenSource: source,
      };
    },
  };
}
