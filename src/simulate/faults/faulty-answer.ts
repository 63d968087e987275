import type { ServerResponse } from 'node:http';
import { systemTimers } from '../../model/clock.ts';
import { type Alarm, createAlarm } from '../../model/timers.ts';
import { type EventSink, type Head, type HeadStyle, sendBody } from '../http/send.ts';
import type { Fault } from './fault.ts';

/** Calls back after some milliseconds of model time, unless the client has gone by then; one call at a time. */
export type Delay = (ms: number, then: () => void) => void;

/**
 * What a faulty answer waits by. Whole milliseconds, as timers count them, would be too coarse where the model's time
 * runs faster than the wall's.
 * @param nowUs model time, microseconds
 * @param timeScale model time per wall time
 */
export function createDelay(response: ServerResponse, nowUs: () => number, timeScale: number): Delay {
  let next = (): void => undefined;
  // Few answers ever wait.
  let alarm: Alarm | null = null;

  function createIt(): Alarm {
    const created = createAlarm({ ...systemTimers, nowUs }, () => next(), timeScale);
    response.once('close', () => created.set(null));
    return created;
  }

  return (ms, then) => {
    if (response.destroyed) return;
    alarm ??= createIt();
    next = then;
    alarm.set(nowUs() + ms * 1e3);
  };
}

/** The type of a proxy's error page. */
export const WRONG_TYPE = 'text/html; charset=utf-8';

/** Sends a whole answer with what a fault makes of it; some faults leave it as it should be. */
export function sendFaultyBody(
  fault: Fault | null,
  response: ServerResponse,
  style: HeadStyle,
  head: Head,
  text: string,
  later: Delay,
): void {
  const send = (sent: Head = head, body = text): void => {
    if (!response.destroyed) sendBody(response, style, sent, body);
  };
  if (fault === null) {
    send();
    return;
  }
  switch (fault.kind) {
    case 'stall':
    case 'slow-start':
      later(fault.ms, send);
      break;
    case 'malformed':
      send(head, text.slice(0, text.length >> 1));
      break;
    case 'content-type':
      send({ ...head, contentType: WRONG_TYPE });
      break;
    case 'cut':
    case 'drip': {
      const body = Buffer.from(text);
      // The head alone, with the length of what should follow.
      sendBody(response, style, head, text, false);
      const sink = {
        write: (byte: string | Buffer) => void response.write(byte),
        end: () => void response.end(),
      };
      if (fault.kind === 'drip') dripping(fault.ms, { sink, later }).end([text]);
      else response.write(body.subarray(0, body.length >> 1), () => response.destroy());
      break;
    }
    // Before an answer, or of a stream alone.
    case 'error':
    case 'overload':
    case 'refuse':
    case 'error-event':
    case 'split-utf8':
    case 'no-done':
      send();
      break;
    default:
      fault.kind satisfies never;
  }
}

/** Where a stream's events go on their way to the client. */
export interface AnswerStream {
  /** @param tokens output tokens of the answer once these events are written */
  write(events: readonly string[], tokens: number): void;
  /** The last events, and the end. */
  end(events: readonly string[]): void;
}

/** What a fault needs of the stream that it spoils. */
export interface Spoiling {
  readonly sink: EventSink;
  /** Breaks the connection. */
  readonly destroy: () => void;
  /** The events with which a stream ends when the engine dies. */
  readonly failure: () => readonly string[];
  readonly later: Delay;
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
    // Before the stream, or in its head.
    case 'error':
    case 'overload':
    case 'refuse':
    case 'content-type':
      return plain;
    default:
      return fault.kind satisfies never;
  }
}

/** After that many tokens, `finish` and nothing more. */
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
  const waiting: (() => void)[] = [];
  const pass = (act: () => void): void => {
    if (state === 'waiting') waiting.push(act);
    else act();
  };
  const pause = (): void => {
    state = 'waiting';
    later(ms, () => {
      state = 'over';
      for (const act of waiting) act();
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

/** One event after that many tokens is cut off in the middle of its JSON; the stream goes on. */
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
function dripping(ms: number, { sink, later }: Pick<Spoiling, 'sink' | 'later'>): AnswerStream {
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
  const write = (events: readonly string[]): void => {
    bytes = Buffer.concat([bytes, Buffer.from(events.join(''))]);
    if (!running) drip();
  };
  return {
    write,
    end(events) {
      ended = true;
      write(events);
    },
  };
}
