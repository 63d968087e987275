import { BACKSLASH, QUOTE, SPACE } from '../ascii.ts';
import type { Addition } from './answer-text.ts';
import type { SseEvent } from './sse.ts';
import type { StreamEvent } from './stream-event.ts';

export interface DeltaMatch {
  /** What the event means. */
  readonly event: StreamEvent;
  readonly end: number;
  /** Range of its text: the bytes between the quotes of a JSON string. */
  readonly from: number;
  readonly to: number;
}

/** Counters that go on from event to event; of these only the tokens say something. */
const COUNTERS = /"(completion_tokens|total_tokens|reasoning_tokens|sequence_number)":(\d+)/g;
const TOKENS = 'completion_tokens';

/** What varies after a fixed part. */
type Gap = 'text' | 'counter' | 'tokens' | 'end';

/** Bytes that are the same in every event, and what follows them. */
interface Segment {
  readonly length: number;
  readonly equals: (view: DataView, at: number) => boolean;
  readonly gap: Gap;
}

/** Of a number that a double holds exactly. */
const MOST_DIGITS = 15;

const ZERO = 48;
const NINE = 57;

/**
 * Makes a template of an event that was parsed.
 * @param sent the event as it came, its data one line
 * @param event what it means
 * @param added the one text that it brought
 * @returns null when more may vary in such events: they are to be parsed
 */
export function deltaTemplate(sent: SseEvent, event: StreamEvent, added: Addition): DeltaTemplate | null {
  const ends = event.choices.some(({ finishReason }) => finishReason !== null);
  if (event.tokens !== 1 || ends || event.error !== null || !sent.standard) return null;
  const gaps = gapsOf(sent.data, added.text);
  if (gaps === null || gaps.filter(({ gap }) => gap === 'tokens').length !== Number(event.usage !== null))
    return null;
  // Its choice is known from now on.
  return matcher(segmentsOf(sent, gaps), { ...event, choices: [] });
}

interface Place {
  readonly gap: Gap;
  /** In the data, characters. */
  readonly from: number;
  readonly to: number;
}

/** Where an event's text and counters are, in order; null when the text is not the only one of its kind. */
function gapsOf(data: string, text: string): readonly Place[] | null {
  const value = `:${JSON.stringify(text)}`;
  const at = data.indexOf(value);
  if (at === -1 || data.includes(value, at + 1)) return null;
  const place: Place = { gap: 'text', from: at + 2, to: at + value.length - 1 };
  const counters = [...data.matchAll(COUNTERS)]
    .map(({ 0: found, 1: name, 2: digits = '', index }): Place => {
      const to = index + found.length;
      return { gap: name === TOKENS ? 'tokens' : 'counter', from: to - digits.length, to };
    })
    .filter(({ from, to }) => to <= place.from || from >= place.to);
  return [place, ...counters].sort((a, b) => a.from - b.from);
}

function segmentsOf({ event, data }: SseEvent, gaps: readonly Place[]): readonly Segment[] {
  let at = 0;
  let before = `${event === null ? '' : `event: ${event}\n`}data: `;
  const segments: Segment[] = [];
  for (const { gap, from, to } of gaps) {
    segments.push(segment(before + data.slice(at, from), gap));
    before = '';
    at = to;
  }
  return [...segments, segment(`${before}${data.slice(at)}\n\n`, 'end')];
}

const END: Segment = { length: 0, equals: () => true, gap: 'end' };

function segment(fixed: string, gap: Gap): Segment {
  const bytes = Buffer.from(fixed);
  return { length: bytes.length, equals: equalTo(bytes), gap };
}

/**
 * The events of one stream differ only in a word of text and a few counters: once one has been parsed, the meaning of the
 * next is known as soon as everything around those is byte for byte the same. That costs a tenth of parsing it.
 */
function matcher(segments: readonly Segment[], event: StreamEvent) {
  let seen: Uint8Array | null = null;
  let view: DataView = new DataView(new ArrayBuffer(0));
  return {
    /**
     * Where the event that begins at `at` ends, at `limit` at the latest, and where its text lies; null when it is not of this
     * template: then it has to be parsed.
     */
    match(bytes: Uint8Array, start: number, limit: number): DeltaMatch | null {
      if (seen !== bytes) {
        seen = bytes;
        view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      }
      let at = start;
      let from = 0;
      let to = 0;
      let tokens = -1;
      for (let i = 0; i < segments.length; i++) {
        const { length, equals, gap } = segments[i] ?? END;
        if (at + length > limit || !equals(view, at)) return null;
        at += length;
        if (gap === 'text') {
          from = at;
          to = endOfText(bytes, at, limit);
          if (to <= from) return null;
          at = to;
        } else if (gap !== 'end') {
          const end = endOfDigits(bytes, at, limit);
          if (end === at || end - at > MOST_DIGITS) return null;
          if (gap === 'tokens') tokens = numberIn(bytes, at, end);
          at = end;
        }
      }
      return { event: tokens === -1 ? event : withTokens(event, tokens), end: at, from, to };
    },
  };
}

export type DeltaTemplate = ReturnType<typeof matcher>;

function withTokens(event: StreamEvent, completionTokens: number): StreamEvent {
  return event.usage === null ? event : { ...event, usage: { ...event.usage, completionTokens } };
}

/** Native byte order: both sides are read alike. */
const LITTLE_ENDIAN = new Uint8Array(Int32Array.of(1).buffer)[0] === 1;

/**
 * Whether some bytes are found at a place, four at a time: three times as fast as a call of Buffer's own comparison. The
 * words are copied in one call: each stream learns its own templates, so that making one counts too.
 */
function equalTo(expected: Buffer): (view: DataView, at: number) => boolean {
  const words = new Int32Array(expected.length >> 2);
  new Uint8Array(words.buffer).set(expected.subarray(0, 4 * words.length));
  const rest = expected.subarray(4 * words.length);
  return (view, at) => {
    let i = at;
    for (let k = 0; k < words.length; k++) {
      if (view.getInt32(i, LITTLE_ENDIAN) !== words[k]) return false;
      i += 4;
    }
    for (let k = 0; k < rest.length; k++) if (view.getUint8(i++) !== rest[k]) return false;
    return true;
  };
}

/** The closing quote of a JSON string whose text begins at `from`; -1 without one, or where a raw control character comes first. */
function endOfText(bytes: Uint8Array, from: number, limit: number): number {
  for (let i = from; i < limit; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === QUOTE) return i;
    if (byte < SPACE) return -1;
    if (byte === BACKSLASH) i += 1;
  }
  return -1;
}

function endOfDigits(bytes: Uint8Array, from: number, limit: number): number {
  let i = from;
  while (i < limit && (bytes[i] ?? 0) >= ZERO && (bytes[i] ?? 0) <= NINE) i += 1;
  return i;
}

function numberIn(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) value = 10 * value + (bytes[i] ?? 0) - ZERO;
  return value;
}
