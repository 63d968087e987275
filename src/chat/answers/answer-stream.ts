import { CHUNK, type ChunkTimes, TOKEN_BITS, VISIBLE_BITS } from '../../model/chunk-times.ts';
import type { TokenSource } from '../../model/completion.ts';
import { parseObject } from '../../model/json.ts';
import type { ApiReading } from '../apis/api.ts';
import { createAnswerText, type EscapedText } from './answer-text.ts';
import { type DeltaTemplate, deltaTemplate } from './delta-template.ts';
import { createSseParser, type SseEvent } from './sse.ts';
import {
  DONE,
  errorWords,
  failure,
  firstFinish,
  listedError,
  type StreamEvent,
  serverErrorMessage,
} from './stream-event.ts';

/** What is known of an answer stream so far. */
export interface StreamState {
  /** First read that completed an event with a generated token. */
  readonly firstTokenUs: number | null;
  /** First read with a token that is no reasoning. */
  readonly firstVisibleUs: number | null;
  readonly lastTokenUs: number | null;
  /** The first one of any choice. */
  readonly finishReason: string | null;
  /** Every choice that was seen has a finish reason, and there was one. */
  readonly finished: boolean;
  /** The API's end mark was seen: `[DONE]`, or the closing event of the APIs that have none. */
  readonly done: boolean;
  /** The first error event's message. */
  readonly error: string | null;
  /** Events that say nothing that can be read: without data, or data that is no JSON object. They decide nothing. */
  readonly oddEvents: number;
  /** The first of their texts that is not empty, cut to a line. */
  readonly oddText: string | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly cachedTokens: number | null;
  readonly tokenSource: TokenSource;
  /** Of all texts so far, see `AnswerFigures`; null where there are none. */
  readonly answerHash: string | null;
  /** The reads without their bytes: those that were sent may be others. */
  readonly chunks: Omit<Required<ChunkTimes>, 'bytes'>;
}

/** Templates that are tried on each event: one for each choice and kind of text of a usual stream. */
const TEMPLATES = 4;

/** Events like one that was parsed, with the text that theirs belong to. */
interface KnownEvents {
  readonly template: DeltaTemplate;
  readonly text: EscapedText;
}

/** Events that were parsed without one matching the next: then this stream's vary in more than a word. */
const MOST_MISSES = 16;

/** Sans-I/O reader of one answer stream: give it every read with its instant, ask for the state at any time. */
export interface AnswerStream {
  /** One read: the bytes from `from` to `to` (exclusive), all of them when neither is given. */
  push(bytes: Uint8Array, atUs: number, from?: number, to?: number): void;
  /**
   * No more bytes come: what the last read left is an event if it can be read.
   * @param cut whether the stream broke off, so that a rest that cannot be read is no odd event
   */
  finish(cut: boolean): void;
  /** Generated tokens so far. */
  tokens(): number;
  state(): StreamState;
}

/** Characters of an end mark with the blanks around it. */
const MARK_LENGTH = 32;

/** Characters of an odd event that are kept. */
const ODD_TEXT = 200;

/** Starts reading an answer stream of the given API. */
export function createAnswerStream(api: ApiReading): AnswerStream {
  const parser = createSseParser();
  const atUs: number[] = [];
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
  let oddEvents = 0;
  let oddText: string | null = null;

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
        book(found.event);
        known.text.add(bytes, found.from, found.to);
        at = found.end;
        misses = 0;
        i = 0;
      }
    }
    return at;
  }

  function onOdd(data: string): void {
    oddEvents += 1;
    oddText ??= data.trim().slice(0, ODD_TEXT) || null;
  }

  /** Gives what an event means, null when it cannot be read. */
  function readEvent({ event, data, standard }: SseEvent): StreamEvent | null {
    if (data.length < MARK_LENGTH && data.trim() === '[DONE]') return DONE;
    const document = parseObject(data) ?? listedError(data);
    const isError = event === 'error';
    if (document === null) return isError && data !== '' ? failure(data) : null;
    const message = serverErrorMessage(document) ?? (isError ? errorWords(document) : null);
    if (message !== null) return failure(message);
    return standard ? api.readEvent(document, text) : null;
  }

  function onEvent(event: SseEvent): void {
    const before = text.additions();
    const read = readEvent(event);
    if (read !== null) {
      book(read);
      if (text.additions() === before + 1 && misses <= MOST_MISSES) learn(event, read);
    }
    // Some servers end each event with one line end only.
    else if (event.data.includes('\n')) {
      for (const data of event.data.split('\n')) onEvent({ ...event, data });
    } else onOdd(event.data);
  }

  /** Events like this one need not be parsed any more. */
  function learn(event: SseEvent, read: StreamEvent): void {
    const template = deltaTemplate(event, read, text.lastAdded());
    if (template === null) return;
    misses += 1;
    const { choice, field } = text.lastAdded();
    templates = [{ template, text: text.escaped(choice, field) }, ...templates].slice(0, TEMPLATES);
  }

  function parse(bytes: Uint8Array): void {
    for (const event of parser.push(bytes)) onEvent(event);
  }

  return {
    push(bytes, at, from = 0, to = bytes.length) {
      kinds = 0;
      tokens = 0;
      events = 0;
      const known = parser.isPending() ? from : readKnown(bytes, from, to);
      if (known < to) parse(bytes.subarray(known, to));
      atUs.push(at);
      kindsOf.push(kinds);
      tokensOf.push(tokens);
      eventsOf.push(events);
    },
    finish(cut) {
      kinds = 0;
      tokens = 0;
      events = 0;
      const odd = [oddEvents, oddText] as const;
      for (const event of parser.finish()) onEvent(event);
      if (cut) [oddEvents, oddText] = odd;
      const last = atUs.length - 1;
      if (last < 0) return;
      kindsOf[last] = (kindsOf[last] ?? 0) | kinds;
      tokensOf[last] = (tokensOf[last] ?? 0) + tokens;
      eventsOf[last] = (eventsOf[last] ?? 0) + events;
    },
    tokens: tally.counted,
    state() {
      const chunks = { atUs, kinds: kindsOf, tokens: tokensOf, events: eventsOf };
      const first = kindsOf.findIndex((kinds) => (kinds & TOKEN_BITS) !== 0);
      const visible = kindsOf.findIndex((kinds) => (kinds & VISIBLE_BITS) !== 0);
      const last = kindsOf.findLastIndex((kinds) => (kinds & TOKEN_BITS) !== 0);
      return {
        firstTokenUs: atUs[first] ?? null,
        firstVisibleUs: atUs[visible] ?? null,
        lastTokenUs: atUs[last] ?? null,
        ...tally.totals(),
        oddEvents,
        oddText,
        answerHash: text.isEmpty() && tally.counted() > 0 ? null : text.hash(),
        chunks,
      };
    },
  };
}

type Totals = Omit<
  StreamState,
  'firstTokenUs' | 'firstVisibleUs' | 'lastTokenUs' | 'answerHash' | 'chunks' | 'oddEvents' | 'oddText'
>;

/** Adds up events: what ends the stream and how many tokens it held, by the best source that it offered. */
function createTally() {
  const open = new Set<number>();
  const ended = new Set<number>();
  let finishReason: string | null = null;
  let done = false;
  let error: string | null = null;
  let promptTokens: number | null = null;
  let cachedTokens: number | null = null;
  /** The last count that a `usage` had; null too when output came after it. */
  let reported: number | null = null;
  let reportIsFinal = false;
  /** A `usage` came with a piece of the answer before its end. */
  let isContinuous = false;
  /** Tokens of the reads; equal to `reported` as far as that came with the reads. */
  let counted = 0;

  function addChoices({ choices }: StreamEvent): void {
    for (const { index, finishReason: reason } of choices) {
      if (reason === null) open.add(index);
      else ended.add(index);
    }
    finishReason ??= firstFinish(choices);
  }

  function finished(): boolean {
    return ended.size > 0 && [...open].every((index) => ended.has(index));
  }

  return {
    /** Returns the tokens to book on the event's read: exact where usage came with every chunk. */
    add(event: StreamEvent): number {
      const hasOutput = (event.kinds & TOKEN_BITS) !== 0;
      if (event.choices.length > 0) addChoices(event);
      error ??= event.error;
      if ((event.kinds & CHUNK.done) !== 0) done = true;
      let tokens = event.tokens;
      if (hasOutput) reported = null;
      if (event.usage !== null) {
        const { completionTokens } = event.usage;
        promptTokens = event.usage.promptTokens ?? promptTokens;
        cachedTokens = event.usage.cachedTokens ?? cachedTokens;
        // No tokens where there is output, now or before: that cannot be true.
        if (completionTokens !== null && (completionTokens > 0 || counted + tokens === 0)) {
          // A count that comes with every chunk is exact for each; one that comes at the end alone is of all reads.
          const begins = hasOutput && (event.kinds & CHUNK.finish) === 0;
          if (isContinuous || begins) tokens = Math.max(0, completionTokens - counted);
          isContinuous ||= begins && event.isPiece;
          reported = completionTokens;
          reportIsFinal = finished();
        }
      }
      counted += tokens;
      return tokens;
    },
    counted: (): number => counted,
    totals(): Totals {
      const guessed: TokenSource = counted > 0 ? 'chunks' : 'none';
      return {
        finishReason,
        finished: finished(),
        done,
        error,
        promptTokens,
        completionTokens: reported ?? (counted > 0 ? counted : null),
        cachedTokens,
        tokenSource: reported === null ? guessed : reportIsFinal || done ? 'usage' : 'continuous_usage',
      };
    },
  };
}
