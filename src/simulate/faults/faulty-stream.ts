import type { EventSink } from '../http/send.ts';
import type { Fault } from './fault.ts';

/** Where a stream's events go on their way to the client. */
export interface AnswerStream {
  /** @param tokens output tokens of the answer once these events are told */
  write(events: readonly string[], tokens: number): void;
  /** The last events, and the end. */
  end(events: readonly string[]): void;
}

/** What a fault needs of the answer it spoils. */
export interface Spoiling {
  readonly sink: EventSink;
  /** Breaks the connection. */
  readonly destroy: () => void;
  /** The events that tell of the engine's death. */
  readonly failure: () => readonly string[];
  /** Calls back after some milliseconds of model time. */
  readonly later: (ms: number, then: () => void) => void;
}

/** The stream as it should be. */
export function plainStream(sink: EventSink): AnswerStream {
  return {
    write(events) {
      for (const event of events) sink.write(event);
    },
    end(events) {
      for (const event of events) sink.write(event);
      sink.end();
    },
  };
}

/** A stream in which something goes wrong; faults that a stream cannot have leave it as it should be. */
export function faultyStream(fault: Fault, spoiling: Spoiling): AnswerStream {
  const { sink, destroy, failure } = spoiling;
  const plain = plainStream(sink);
  switch (fault.kind) {
    case 'cut':
      return endingEarly(plain, fault.after, destroy);
    case 'error-event':
      return endingEarly(plain, fault.after, () => plain.end(failure()));
    case 'stall':
      return pausing(plain, (tokens) => tokens >= fault.after, fault.ms, spoiling);
    case 'slow-start':
      return pausing(plain, () => true, fault.ms, spoiling, true);
    case 'malformed':
      return malformed(plain, fault.after);
    case 'split-utf8':
      return plainStream({ write: (event) => splitCharacters(event, sink), end: sink.end });
    case 'no-done':
      return { write: plain.write, end: (events) => plain.end(events.slice(0, -1)) };
    case 'drip':
      return dripping(fault.ms, spoiling);
    default:
      return plain;
  }
}

/** Once so many tokens are told, `finish` and nothing more. */
function endingEarly(plain: AnswerStream, after: number, finish: () => void): AnswerStream {
  let ended = false;
  const end = (): void => {
    if (!ended) finish();
    ended = true;
  };
  return {
    write(events, tokens) {
      if (ended) return;
      plain.write(events, tokens);
      if (tokens >= after) end();
    },
    end,
  };
}

/**
 * From the instant on at which `begins`, everything waits once.
 * @param before whether the events of that instant wait as well
 */
function pausing(
  plain: AnswerStream,
  begins: (tokens: number) => boolean,
  ms: number,
  { later }: Spoiling,
  before = false,
): AnswerStream {
  let state: 'before' | 'waiting' | 'over' = 'before';
  let waiting: (() => void)[] = [];
  const pass = (act: () => void): void => {
    if (state === 'waiting') waiting.push(act);
    else act();
  };
  const pause = (): void => {
    state = 'waiting';
    later(ms, () => {
      state = 'over';
      for (const act of waiting) act();
      waiting = [];
    });
  };
  return {
    write(events, tokens) {
      const now = state === 'before' && begins(tokens);
      if (now && before) pause();
      pass(() => plain.write(events, tokens));
      if (now && !before) pause();
    },
    end: (events) => pass(() => plain.end(events)),
  };
}

/** One event after so many tokens is cut off in the middle of its JSON; the stream goes on. */
function malformed(plain: AnswerStream, after: number): AnswerStream {
  let done = false;
  return {
    write(events, tokens) {
      const [first, ...rest] = events;
      if (done || tokens <= after || first === undefined) return plain.write(events, tokens);
      done = true;
      plain.write([`${first.slice(0, first.length >> 1)}\n\n`, ...rest], tokens);
    },
    end: plain.end,
  };
}

/** Writes an event in two pieces, the first of which ends within its first character of several bytes. */
function splitCharacters(event: string | Buffer, sink: EventSink): void {
  const bytes = Buffer.from(event);
  const cut = bytes.findIndex((byte) => byte >= 0xc0) + 1;
  // All ASCII: nothing to split.
  if (cut > 0) sink.write(bytes.subarray(0, cut));
  sink.write(bytes.subarray(cut));
}

/** Every byte is written on its own. */
function dripping(ms: number, { sink, later }: Spoiling): AnswerStream {
  let bytes = Buffer.alloc(0);
  let running = false;
  let ended = false;
  const drip = (): void => {
    running = bytes.length > 0;
    if (!running) {
      if (ended) sink.end();
      return;
    }
    sink.write(bytes.subarray(0, 1));
    bytes = bytes.subarray(1);
    later(ms, drip);
  };
  const add = (events: readonly string[]): void => {
    bytes = Buffer.concat([bytes, Buffer.from(events.join(''))]);
    if (!running) drip();
  };
  return {
    write: (events) => add(events),
    end(events) {
      ended = true;
      add(events);
    },
  };
}
