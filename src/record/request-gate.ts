import { HeldBytes } from '../chat/held-bytes.ts';
import { checkHead, MAX_FIELDS, type Refusal } from './checked-head.ts';
import { type ChunkReader, createChunkReader } from './chunk-reader.ts';

/** What a gate does with the bytes of its connection. */
export interface GateEvents {
  /** For Node's parser: whole heads, and bodies. */
  pass(bytes: Buffer): void;
  /** The client waits for `100 Continue`. */
  goOn(): void;
  /** Nothing more is read from this connection. @param begun a part of the request has been passed */
  refuse(refusal: Refusal, begun: boolean): void;
}

/** As much as the upstream's own front end may take. */
export const MAX_REQUEST_HEAD_BYTES = 64 * 1024;

/** A chunked body of at most as many bytes is passed when it has come whole: an invalid one never reaches the upstream. */
const WHOLE_BYTES = 64 * 1024;

const CR = 13;
const LF = 10;

type Phase =
  | { readonly kind: 'head' }
  | { readonly kind: 'length'; left: number }
  | { readonly kind: 'chunks'; readonly reader: ChunkReader; waiting: Buffer[] | null; waitingBytes: number }
  /** The request has come whole, its answer is not over. */
  | { readonly kind: 'answer' }
  | { readonly kind: 'tunnel' }
  | { readonly kind: 'shut' };

const HEAD: Phase = { kind: 'head' };
const ANSWER: Phase = { kind: 'answer' };
const TUNNEL: Phase = { kind: 'tunnel' };
const SHUT: Phase = { kind: 'shut' };

/** Finds the end of a head that comes piece by piece, and refuses what cannot become one. */
class HeadLines {
  private readonly store: HeldBytes;
  /** Where the next line begins, among what is held, and how many lines came before. */
  private lineAt = 0;
  private searchedTo = 0;
  private lines = 0;

  constructor(store: HeldBytes) {
    this.store = store;
  }

  /** Another head begins with what is held. */
  restart(): void {
    this.lineAt = 0;
    this.searchedTo = 0;
    this.lines = 0;
  }

  /** Where the head ends, behind its last line; null while it has not come whole. */
  end(): number | Refusal | null {
    const bytes = this.store.held;
    for (;;) {
      const lf = bytes.indexOf(LF, this.searchedTo);
      this.searchedTo = bytes.length;
      if (lf === -1) return unfinished(bytes);
      if (lf === 0 || bytes[lf - 1] !== CR)
        return { status: 400, why: 'a line of the head does not end with CR LF' };
      const isEmpty = lf - 1 === this.lineAt;
      this.searchedTo = lf + 1;
      this.lineAt = lf + 1;
      if (isEmpty && this.lines > 0) return lf + 1 > MAX_REQUEST_HEAD_BYTES ? TOO_LARGE : lf + 1;
      if (isEmpty) {
        // An empty line before the request is skipped (RFC 9112, 2.2).
        this.store.drop(lf + 1);
        this.restart();
        return this.end();
      }
      this.lines += 1;
      if (this.lines > MAX_FIELDS + 1)
        return { status: 431, why: `a request may have at most ${MAX_FIELDS} header fields` };
    }
  }
}

const TOO_LARGE: Refusal = {
  status: 431,
  why: `a head may have at most ${MAX_REQUEST_HEAD_BYTES / 1024} KiB`,
};

/** TLS and other protocols may never send a line. */
function unfinished(bytes: Buffer): Refusal | null {
  const [begin = CR] = bytes;
  if (begin !== CR && (begin < 0x21 || begin > 0x7e))
    return { status: 400, why: 'the request line is not valid HTTP' };
  return bytes.length > MAX_REQUEST_HEAD_BYTES ? TOO_LARGE : null;
}

/**
 * Sits in front of Node's parser on one client connection. It lets one request through at a time, checked and with one
 * meaning, and holds what a client sends ahead until the answer is over. Sans-I/O.
 */
export class RequestGate {
  private readonly events: GateEvents;
  private readonly store = new HeldBytes();
  private readonly lines = new HeadLines(this.store);
  private phase: Phase = HEAD;
  /** The answer may be over before its request. */
  private answerOver = false;
  private first = true;

  constructor(events: GateEvents) {
    this.events = events;
  }

  /** Bytes that wait. */
  get held(): number {
    return this.store.length;
  }

  /** A head has begun, or must come: it should not take long. */
  get awaitsHead(): boolean {
    return this.phase.kind === 'head' && (this.first || this.store.length > 0);
  }

  /** The last head was that of a WebSocket. */
  get isTunnel(): boolean {
    return this.phase.kind === 'tunnel';
  }

  push(bytes: Buffer): void {
    const { phase, store } = this;
    // A body whose bytes need no other look is not copied.
    if (phase.kind === 'length' && store.length === 0 && bytes.length < phase.left) {
      phase.left -= bytes.length;
      this.events.pass(bytes);
      return;
    }
    store.append(bytes);
    this.run();
  }

  /** The answer to the request that was passed is over. */
  answered(): void {
    this.answerOver = true;
    this.goOnWhenOver();
    this.run();
  }

  /** Takes no more. */
  shut(): void {
    this.phase = SHUT;
    this.store.clear();
  }

  private refuse(refusal: Refusal, begun: boolean): void {
    this.shut();
    this.events.refuse(refusal, begun);
  }

  private readHead(): void {
    const { store, lines, events } = this;
    const end = lines.end();
    if (end === null) return;
    if (typeof end !== 'number') {
      this.refuse(end, false);
      return;
    }
    const head = checkHead(store.held.toString('latin1', 0, end - 4));
    if ('status' in head) {
      this.refuse(head, false);
      return;
    }
    const { framing, text, waits } = head;
    const length = framing.kind === 'length' ? framing.bytes : 0;
    // With a body that has come whole: Node's parser and streams run once.
    const isWhole = text === null && framing.kind === 'length' && store.length >= end + length;
    const bytes = store.take(isWhole ? end + length : end);
    const passed = text === null ? bytes : Buffer.from(text, 'latin1');
    lines.restart();
    this.first = false;
    this.answerOver = false;
    if (waits && (framing.kind === 'chunked' || length > 0)) events.goOn();
    if (framing.kind === 'chunked') {
      this.phase = { kind: 'chunks', reader: createChunkReader(), waiting: [passed], waitingBytes: 0 };
      return;
    }
    if (framing.kind === 'tunnel') this.phase = TUNNEL;
    else this.phase = isWhole || length === 0 ? ANSWER : { kind: 'length', left: length };
    events.pass(passed);
    this.goOnWhenOver();
  }

  private readLength(body: Phase & { readonly kind: 'length' }): void {
    const part = this.store.take(body.left);
    body.left -= part.length;
    if (body.left === 0) this.phase = ANSWER;
    this.events.pass(part);
    this.goOnWhenOver();
  }

  private readChunks(body: Phase & { readonly kind: 'chunks' }): void {
    const { data, taken, end } = body.reader.read(this.store.held);
    this.store.drop(taken);
    if (end === 'invalid') {
      this.refuse({ status: 400, why: 'the body is not framed in valid chunks' }, body.waiting === null);
      return;
    }
    body.waitingBytes += data.length;
    const pieces = data.length === 0 ? [] : [Buffer.from(`${data.length.toString(16)}\r\n`), data, CRLF];
    if (end === 'complete') pieces.push(LAST_CHUNK);
    if (body.waiting !== null) {
      body.waiting.push(...pieces);
      if (end === 'more' && body.waitingBytes <= WHOLE_BYTES && body.waiting.length < MAX_WAITING) return;
    }
    const bytes = Buffer.concat(body.waiting ?? pieces);
    body.waiting = null;
    if (end === 'complete') this.phase = ANSWER;
    if (bytes.length > 0) this.events.pass(bytes);
    this.goOnWhenOver();
  }

  private goOnWhenOver(): void {
    if (this.phase.kind === 'answer' && this.answerOver) this.phase = HEAD;
  }

  private run(): void {
    const { store } = this;
    while (store.length > 0) {
      const { phase } = this;
      const before = store.length;
      if (phase.kind === 'head') this.readHead();
      else if (phase.kind === 'length') this.readLength(phase);
      else if (phase.kind === 'chunks') this.readChunks(phase);
      else if (phase.kind === 'tunnel') this.events.pass(store.take(store.length));
      else if (phase.kind === 'shut') store.clear();
      else return;
      if (this.phase.kind === phase.kind && store.length === before) return;
    }
  }
}

const CRLF = Buffer.of(CR, LF);
const LAST_CHUNK = Buffer.of(0x30, CR, LF, CR, LF);

/** Pieces of a body that is still to come whole. */
const MAX_WAITING = 256;
