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

/** Characters of an end mark with the blanks around it. */
const MARK_LENGTH = 32;

/** Characters of an odd event that are kept. */
const ODD_TEXT = 200;

/** Sans-I/O reader of one answer stream: give it every read with its instant, ask for the state at any time. */
export class AnswerStream {
  readonly #api: ApiReading;
  readonly #parser = createSseParser();
  readonly #tally = new Tally();
  readonly #text = createAnswerText();
  /** The columns of the reads; what an event says is added to the last one. */
  readonly #atUs: number[] = [];
  readonly #kinds: number[] = [];
  readonly #tokens: number[] = [];
  readonly #events: number[] = [];
  #templates: readonly KnownEvents[] = [];
  #misses = 0;
  #oddEvents = 0;
  #oddText: string | null = null;

  constructor(api: ApiReading) {
    this.#api = api;
  }

  /** One read: the bytes from `from` to `to` (exclusive), all of them when neither is given. */
  push(bytes: Uint8Array, atUs: number, from = 0, to = bytes.length): void {
    this.#atUs.push(atUs);
    this.#kinds.push(0);
    this.#tokens.push(0);
    this.#events.push(0);
    const known = this.#parser.isPending() ? from : this.#readKnown(bytes, from, to);
    if (known < to) for (const event of this.#parser.push(bytes.subarray(known, to))) this.#onEvent(event);
  }

  /**
   * No more bytes come: what the last read left is an event if it can be read.
   * @param cut whether the stream broke off, so that a rest that cannot be read is no odd event
   */
  finish(cut: boolean): void {
    const odd = [this.#oddEvents, this.#oddText] as const;
    for (const event of this.#parser.finish()) this.#onEvent(event);
    if (cut) [this.#oddEvents, this.#oddText] = odd;
  }

  /** Generated tokens so far. */
  tokens(): number {
    return this.#tally.counted;
  }

  state(): StreamState {
    const [atUs, kinds] = [this.#atUs, this.#kinds];
    const first = kinds.findIndex((kind) => (kind & TOKEN_BITS) !== 0);
    const visible = kinds.findIndex((kind) => (kind & VISIBLE_BITS) !== 0);
    const last = kinds.findLastIndex((kind) => (kind & TOKEN_BITS) !== 0);
    return {
      firstTokenUs: atUs[first] ?? null,
      firstVisibleUs: atUs[visible] ?? null,
      lastTokenUs: atUs[last] ?? null,
      ...this.#tally.totals(),
      oddEvents: this.#oddEvents,
      oddText: this.#oddText,
      answerHash: this.#text.isEmpty() && this.#tally.counted > 0 ? null : this.#text.hash(),
      chunks: { atUs, kinds, tokens: this.#tokens, events: this.#events },
    };
  }

  /** Reads events as long as they are like one that was parsed before; gives where the first other one begins. */
  #readKnown(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    for (let i = 0; i < this.#templates.length; ) {
      const known = this.#templates[i];
      const found = known?.template.match(bytes, at, to) ?? null;
      if (known === undefined || found === null) i += 1;
      else {
        this.#book(found.event);
        known.text.add(bytes, found.from, found.to);
        at = found.end;
        this.#misses = 0;
        i = 0;
      }
    }
    return at;
  }

  #book(event: StreamEvent): void {
    const last = this.#atUs.length - 1;
    this.#kinds[last] = (this.#kinds[last] ?? 0) | event.kinds;
    this.#tokens[last] = (this.#tokens[last] ?? 0) + this.#tally.add(event);
    if (event.isPiece) this.#events[last] = (this.#events[last] ?? 0) + 1;
  }

  #onEvent(event: SseEvent): void {
    const before = this.#text.additions();
    const read = this.#readEvent(event);
    if (read !== null) {
      this.#book(read);
      if (this.#text.additions() === before + 1 && this.#misses <= MOST_MISSES) this.#learn(event, read);
    }
    // Some servers end each event with one line end only.
    else if (event.data.includes('\n')) {
      for (const data of event.data.split('\n')) this.#onEvent({ ...event, data });
    } else {
      this.#oddEvents += 1;
      this.#oddText ??= event.data.trim().slice(0, ODD_TEXT) || null;
    }
  }

  /** Gives what an event means, null when it cannot be read. */
  #readEvent({ event, data, standard }: SseEvent): StreamEvent | null {
    if (data.length < MARK_LENGTH && data.trim() === '[DONE]') return DONE;
    const document = parseObject(data) ?? listedError(data);
    const isError = event === 'error';
    if (document === null) return isError && data !== '' ? failure(data) : null;
    const message = serverErrorMessage(document) ?? (isError ? errorWords(document) : null);
    if (message !== null) return failure(message);
    return standard ? this.#api.readEvent(document, this.#text) : null;
  }

  /** Events like this one need not be parsed any more. */
  #learn(event: SseEvent, read: StreamEvent): void {
    const added = this.#text.lastAdded();
    const template = deltaTemplate(event, read, added);
    if (template === null) return;
    this.#misses += 1;
    const text = this.#text.escaped(added.choice, added.field);
    this.#templates = [{ template, text }, ...this.#templates].slice(0, TEMPLATES);
  }
}

type Totals = Omit<
  StreamState,
  'firstTokenUs' | 'firstVisibleUs' | 'lastTokenUs' | 'answerHash' | 'chunks' | 'oddEvents' | 'oddText'
>;

/** Adds up events: what ends the stream and how many tokens it held, by the best source that it offered. */
class Tally {
  /** Tokens of the reads; equal to `reported` as far as that came with the reads. */
  counted = 0;
  readonly #open = new Set<number>();
  readonly #ended = new Set<number>();
  #finishReason: string | null = null;
  #done = false;
  #error: string | null = null;
  #promptTokens: number | null = null;
  #cachedTokens: number | null = null;
  /** The last count that a `usage` had; null too when output came after it. */
  #reported: number | null = null;
  #reportIsFinal = false;
  /** A `usage` came with a piece of the answer before its end. */
  #isContinuous = false;

  /** Returns the tokens to book on the event's read: exact where usage came with every chunk. */
  add(event: StreamEvent): number {
    if (event.choices.length > 0) this.#addChoices(event);
    this.#error ??= event.error;
    if ((event.kinds & CHUNK.done) !== 0) this.#done = true;
    if ((event.kinds & TOKEN_BITS) !== 0) this.#reported = null;
    const tokens = event.usage === null ? event.tokens : this.#addUsage(event, event.usage);
    this.counted += tokens;
    return tokens;
  }

  #addChoices({ choices }: StreamEvent): void {
    for (const { index, finishReason } of choices) {
      if (finishReason === null) this.#open.add(index);
      else this.#ended.add(index);
    }
    this.#finishReason ??= firstFinish(choices);
  }

  #addUsage({ kinds, tokens, isPiece }: StreamEvent, usage: NonNullable<StreamEvent['usage']>): number {
    const { completionTokens } = usage;
    this.#promptTokens = usage.promptTokens ?? this.#promptTokens;
    this.#cachedTokens = usage.cachedTokens ?? this.#cachedTokens;
    // No tokens where there is output, now or before: that cannot be true.
    if (completionTokens === null || (completionTokens <= 0 && this.counted + tokens !== 0)) return tokens;
    // A count that comes with every chunk is exact for each; one that comes at the end alone is of all reads.
    const begins = (kinds & TOKEN_BITS) !== 0 && (kinds & CHUNK.finish) === 0;
    const isExact = this.#isContinuous || begins;
    this.#isContinuous ||= begins && isPiece;
    this.#reported = completionTokens;
    this.#reportIsFinal = this.#isFinished();
    return isExact ? Math.max(0, completionTokens - this.counted) : tokens;
  }

  #isFinished(): boolean {
    return this.#ended.size > 0 && [...this.#open].every((index) => this.#ended.has(index));
  }

  totals(): Totals {
    const guessed: TokenSource = this.counted > 0 ? 'chunks' : 'none';
    const isLast = this.#reportIsFinal || this.#done;
    return {
      finishReason: this.#finishReason,
      finished: this.#isFinished(),
      done: this.#done,
      error: this.#error,
      promptTokens: this.#promptTokens,
      completionTokens: this.#reported ?? (this.counted > 0 ? this.counted : null),
      cachedTokens: this.#cachedTokens,
      tokenSource: this.#reported === null ? guessed : isLast ? 'usage' : 'continuous_usage',
    };
  }
}
