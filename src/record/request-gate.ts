import { createHeldBytes, type HeldBytes } from '../chat/held-bytes.ts';
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

/**
 * Sits in front of Node's parser on one client connection. It lets one request through at a time, checked and with one
 * meaning, and holds what a client sends ahead until the answer is over. Sans-I/O.
 */
export interface RequestGate {
  push(bytes: Buffer): void;
  /** The answer to the request that was passed is over. */
  answered(): void;
  /** Bytes that wait. */
  readonly held: number;
  /** A head has begun, or must come: it should not take long. */
  readonly awaitsHead: boolean;
  /** The last head was that of a WebSocket. */
  readonly isTunnel: boolean;
  /** Takes no more. */
  shut(): void;
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

/** Finds the end of a head that comes piece by piece, and refuses what cannot become one. */
interface HeadLines {
  /** Where the head ends, behind its last line; null while it has not come whole. */
  end(): number | Refusal | null;
  /** Another head begins with what is held. */
  restart(): void;
}

function createHeadLines(store: HeldBytes): HeadLines {
  /** Where the next line begins, among what is held, and how many lines came before. */
  let lineAt = 0;
  let searchedTo = 0;
  let lines = 0;

  function restart(): void {
    lineAt = 0;
    searchedTo = 0;
    lines = 0;
  }

  function end(): number | Refusal | null {
    const bytes = store.held;
    for (;;) {
      const lf = bytes.indexOf(LF, searchedTo);
      searchedTo = bytes.length;
      if (lf === -1) return unfinished(bytes);
      if (lf === 0 || bytes[lf - 1] !== CR)
        return { status: 400, why: 'a line of the head does not end with CR LF' };
      const isEmpty = lf - 1 === lineAt;
      searchedTo = lf + 1;
      lineAt = lf + 1;
      if (isEmpty && lines > 0) return lf + 1 > MAX_REQUEST_HEAD_BYTES ? TOO_LARGE : lf + 1;
      if (isEmpty) {
        // An empty line before the request is skipped (RFC 9112, 2.2).
        store.drop(lf + 1);
        restart();
        return end();
      }
      lines += 1;
      if (lines > MAX_FIELDS + 1)
        return { status: 431, why: `a request may have at most ${MAX_FIELDS} header fields` };
    }
  }

  return { end, restart };
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

export function createRequestGate({ pass, goOn, refuse }: GateEvents): RequestGate {
  let phase: Phase = { kind: 'head' };
  const store = createHeldBytes();
  const lines = createHeadLines(store);
  /** The answer may be over before its request. */
  let answerOver = false;
  let first = true;

  function shut(refusal: Refusal, begun: boolean): void {
    phase = { kind: 'shut' };
    store.clear();
    refuse(refusal, begun);
  }

  function readHead(): void {
    const end = lines.end();
    if (end === null) return;
    if (typeof end !== 'number') {
      shut(end, false);
      return;
    }
    const head = checkHead(store.held.toString('latin1', 0, end - 4));
    if ('status' in head) {
      shut(head, false);
      return;
    }
    store.drop(end);
    lines.restart();
    const { framing, text, waits } = head;
    const bytes = Buffer.from(text, 'latin1');
    first = false;
    answerOver = false;
    if (framing.kind === 'tunnel') phase = { kind: 'tunnel' };
    else if (framing.kind === 'chunked') {
      if (waits) goOn();
      phase = { kind: 'chunks', reader: createChunkReader(), waiting: [bytes], waitingBytes: 0 };
      return;
    } else if (framing.bytes === 0) phase = { kind: 'answer' };
    else {
      if (waits) goOn();
      phase = { kind: 'length', left: framing.bytes };
    }
    pass(bytes);
  }

  function readLength(body: Phase & { readonly kind: 'length' }): void {
    const part = store.take(body.left);
    body.left -= part.length;
    if (body.left === 0) requestOver();
    pass(part);
    goOnWhenOver();
  }

  function readChunks(body: Phase & { readonly kind: 'chunks' }): void {
    const { data, taken, end } = body.reader.read(store.held);
    store.drop(taken);
    if (end === 'invalid') {
      shut({ status: 400, why: 'the body is not framed in valid chunks' }, body.waiting === null);
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
    if (end === 'complete') requestOver();
    if (bytes.length > 0) pass(bytes);
    goOnWhenOver();
  }

  function requestOver(): void {
    phase = { kind: 'answer' };
  }

  function goOnWhenOver(): void {
    if (phase.kind === 'answer' && answerOver) phase = { kind: 'head' };
  }

  function run(): void {
    while (store.length > 0) {
      const { kind } = phase;
      const before = store.length;
      if (phase.kind === 'head') readHead();
      else if (phase.kind === 'length') readLength(phase);
      else if (phase.kind === 'chunks') readChunks(phase);
      else if (phase.kind === 'tunnel') pass(store.take(store.length));
      else if (phase.kind === 'shut') store.clear();
      else return;
      if (phase.kind === kind && store.length === before) return;
    }
  }

  return {
    push(bytes) {
      // A body whose bytes need no other look is not copied.
      if (phase.kind === 'length' && store.length === 0 && bytes.length < phase.left) {
        phase.left -= bytes.length;
        pass(bytes);
        return;
      }
      store.append(bytes);
      run();
    },
    answered() {
      answerOver = true;
      goOnWhenOver();
      run();
    },
    get held() {
      return store.length;
    },
    get awaitsHead() {
      return phase.kind === 'head' && (first || store.length > 0);
    },
    get isTunnel() {
      return phase.kind === 'tunnel';
    },
    shut() {
      phase = { kind: 'shut' };
      store.clear();
    },
  };
}

const CRLF = Buffer.of(CR, LF);
const LAST_CHUNK = Buffer.of(0x30, CR, LF, CR, LF);

/** Pieces of a body that is still to come whole. */
const MAX_WAITING = 256;
