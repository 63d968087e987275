import { CHUNK, type ChunkTimes, TOKEN_BITS } from '../model/chunk-times.ts';
import type { TokenSource } from '../model/completion.ts';
import { createAnswerText, type EscapedText } from './answer-text.ts';
import type { Api } from './api.ts';
import { type DeltaTemplate, deltaTemplate } from './delta-template.ts';
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
  /** Of all texts so far, see `AnswerFigures`; null for the APIs whose texts are not known here. */
  readonly answerHash: string | null;
  readonly chunks: ChunkTimes;
}

/** Templates that are tried on each event: one for each choice and kind of text of a usual stream. */
const TEMPLATES = 4;

/** Events like one that was parsed, with the text that theirs belong to. */
interface KnownEvents {
  readonly template: DeltaTemplate;
  readonly text: EscapedText;
}

/** Events that were parsed without one matching the next: then this stream's vary in more than a word. */
const HOPELESS = 16;

/** Sans-I/O reader of one answer stream: give it every read with its instant, ask for the state at any time. */
export interface AnswerStream {
  /** One read: the bytes from `from` to `to` (exclusive), all of them when neither is given. */
  push(bytes: Uint8Array, atUs: number, from?: number, to?: number): void;
  /** Generated tokens so far. */
  readonly tokens: number;
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
  const text = createAnswerText();
  let templates: readonly KnownEvents[] = [];
  let misses = 0;
  let kinds = 0;
  let tokens = 0;
  let events = 0;

  function book(event: StreamEvent): void {
    kinds |= event.kinds;
    tokens += tally.add(event);
    if (event.isPiece) events += 1;
  }

  /** Reads events as long as they are like one that was parsed before; gives where the first other one begins. */
  function readKnown(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    for (let i = 0; i < templates.length; ) {
      const known = templates[i];
      const found = known?.template.match(bytes, at, to) ?? null;
      if (known === undefined || found === null) i += 1;
      else {
        book(known.template.event);
        known.text.add(bytes, found.from, found.to);
        at = found.end;
        misses = 0;
        i = 0;
      }
    }
    return at;
  }

  function parse(bytes: Uint8Array): void {
    for (const event of parser.push(bytes)) {
      const read = readStreamEvent(api, event, text);
      book(read);
      if (misses > HOPELESS) continue;
      const template = deltaTemplate(event.data, read);
      if (template === null) continue;
      misses += 1;
      const known = { template, text: text.escaped(template.choice, template.field) };
      templates = [known, ...templates].slice(0, TEMPLATES);
    }
  }

  return {
    push(bytes, at, from = 0, to = bytes.length) {
      kinds = 0;
      tokens = 0;
      events = 0;
      const known = parser.pending ? from : readKnown(bytes, from, to);
      if (known < to) parse(bytes.subarray(known, to));
      atUs.push(at);
      bytesOf.push(to - from);
      kindsOf.push(kinds);
      tokensOf.push(tokens);
      eventsOf.push(events);
    },
    get tokens() {
      return tally.counted();
    },
    state() {
      const chunks = { atUs, bytes: bytesOf, kinds: kindsOf, tokens: tokensOf, events: eventsOf };
      const first = kindsOf.findIndex((kinds) => (kinds & TOKEN_BITS) !== 0);
      const last = kindsOf.findLastIndex((kinds) => (kinds & TOKEN_BITS) !== 0);
      return {
        firstTokenUs: atUs[first] ?? null,
        lastTokenUs: atUs[last] ?? null,
        ...tally.totals(),
        answerHash: api === 'chat' || api === 'completions' ? text.hash() : null,
        chunks,
      };
    },
  };
}

type Totals = Omit<StreamState, 'firstTokenUs' | 'lastTokenUs' | 'answerHash' | 'chunks'>;

/** Adds up events: what ends the stream and how many tokens it held, by the best source that it offered. */
function createTally() {
  let finishReason: string | null = null;
  let done = false;
  let error: string | null = null;
  let usage: Usage | null = null;
  let usageIsFinal = false;
  let counted = 0;

  return {
    /** Returns the tokens to book on the event's read: exact where usage came with every chunk. */
    add(event: StreamEvent): number {
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
    counted: (): number => counted,
    totals(): Totals {
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
