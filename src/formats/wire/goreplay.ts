import { withoutHeaders } from '../../chat/headers.ts';
import { createHeldBytes } from '../../chat/held-bytes.ts';
import { verbatimRequest } from '../bodies/rebuilt-body.ts';
import { type Decoded, type ForeignAnswer, type Format, NO_ANSWER, type PlacedRecord } from '../format.ts';
import { MAX_RECORD_BYTES } from '../reading/byte-lines.ts';
import { nanosecondsUs } from '../reading/instants.ts';
import { readHttpMessage } from './http-message.ts';
import { isApiRequest, sessionOf } from './wire-request.ts';

/** Type, id, time, latency: the first line of a record. */
const META = /^([123]) ([0-9a-f]+) (\d+)(?: (-?\d+))?$/;

/** What ends a record; nothing escapes it, so it counts only before another record or the file's end. */
const MONKEYS = '\n🐵🙈🙉\n';
const SEPARATOR = Buffer.from(MONKEYS);

const LF = 10;

/** Requests that wait for their answers; GoReplay writes a request and its answer close to one another. */
const MAX_WAITING = 50_000;

/** Headers of a hop: the body is stored without its chunks. */
const FRAMING: ReadonlySet<string> = new Set(['transfer-encoding', 'content-length', 'connection']);

/** GoReplay's files (`.gor`): requests and answers as they were on the wire, without the times of chunks. */
export const GOREPLAY: Format = {
  fits: ({ line }) => META.test(line.trimEnd()),
  reader: () => {
    const decoder = createDecoder();
    const store = createHeldBytes();
    let records = 0;
    let searched = 0;

    /** Cuts off the records that are held as a whole. */
    function cut(isEnd: boolean): PlacedRecord[] {
      const placed: PlacedRecord[] = [];
      const add = (bytes: Buffer): void => {
        records += 1;
        placed.push(...decoder.add(bytes, records));
      };
      for (;;) {
        const { held } = store;
        const at = held.indexOf(SEPARATOR, searched);
        const next = at + SEPARATOR.length;
        if (at === -1) {
          searched = Math.max(0, held.length - SEPARATOR.length);
          if (held.length > MAX_RECORD_BYTES) store.drop(held.length);
          else if (!isEnd || held.length === 0) return placed;
          else {
            add(held);
            store.drop(held.length);
          }
          searched = 0;
          return placed;
        }
        const lineEnd = held.indexOf(LF, next);
        const line = held.toString(
          'latin1',
          next,
          Math.min(lineEnd === -1 ? held.length : lineEnd, next + 120),
        );
        if (lineEnd === -1 && !isEnd && line.length < 120) {
          searched = at;
          return placed;
        }
        searched = next;
        if (next < held.length && !META.test(line)) continue;
        add(held.subarray(0, at));
        store.drop(next);
        searched = 0;
      }
    }

    return {
      push(piece) {
        store.append(piece);
        return cut(false);
      },
      end: () => [...cut(true), ...decoder.end()],
    };
  },
};

/** A request whose answer is still to come. */
interface Waiting {
  readonly line: number;
  readonly arrivedUs: number;
  /** How long the request took to arrive, microseconds. */
  readonly uploadUs: number;
  withAnswer(answer: ForeignAnswer): Decoded;
}

function createDecoder() {
  const waiting = new Map<string, Waiting>();
  /** Answers whose requests are still to come: the file is not sorted. */
  const early = new Map<string, Answer>();

  function request(
    id: string,
    bytes: Buffer,
    line: number,
    arrivedUs: number,
    uploadUs: number,
  ): PlacedRecord[] {
    const message = readHttpMessage(bytes);
    const [method = null, path = ''] = message?.start.split(' ') ?? [];
    if (message === null) return [{ line, decoded: 'incomplete' }];
    if (!isApiRequest(method, path)) return [{ line, decoded: 'unknownApi' }];
    if (!message.isWhole) return [{ line, decoded: 'incomplete' }];
    if (message.body.length === 0) return [{ line, decoded: 'noBody' }];
    const { headers, body } = message;
    const known: Waiting = {
      line,
      arrivedUs,
      uploadUs,
      withAnswer: (answer) => ({
        arrivedUs,
        request: verbatimRequest(path, body, withoutHeaders(headers, FRAMING)),
        session: sessionOf(headers),
        answer,
      }),
    };
    const answer = early.get(id);
    if (answer !== undefined) {
      early.delete(id);
      return [{ line, decoded: known.withAnswer(wireAnswer(answer, known)) }];
    }
    waiting.set(id, known);
    const [oldest] = waiting.size > MAX_WAITING ? waiting : [];
    if (oldest === undefined) return [];
    waiting.delete(oldest[0]);
    return [{ line: oldest[1].line, decoded: oldest[1].withAnswer(NO_ANSWER) }];
  }

  return {
    add(bytes: Buffer, line: number): readonly PlacedRecord[] {
      const lineEnd = bytes.indexOf(LF);
      const meta = lineEnd === -1 ? null : META.exec(bytes.toString('latin1', 0, Math.min(lineEnd, 200)));
      if (meta === null) return [{ line, decoded: 'incomplete' }];
      const [, type, id = '', time = '', latency] = meta;
      const atUs = nanosecondsUs(time);
      const tookUs = Math.max(0, Number(latency ?? 0)) / 1e3;
      if (atUs === null) return [{ line, decoded: 'malformed' }];
      const message = bytes.subarray(lineEnd + 1);
      if (type === '1') return request(id, message, line, atUs, tookUs);
      // Answers to a replay are not those of the recorded traffic.
      if (type !== '2') return [];
      const answer = { bytes: message, atUs, tookUs };
      const asked = waiting.get(id);
      if (asked !== undefined) {
        waiting.delete(id);
        return [{ line: asked.line, decoded: asked.withAnswer(wireAnswer(answer, asked)) }];
      }
      if (early.size < MAX_WAITING) early.set(id, answer);
      return [];
    },
    end: (): readonly PlacedRecord[] =>
      [...waiting.values()].map(({ line, withAnswer }) => ({ line, decoded: withAnswer(NO_ANSWER) })),
  };
}

interface Answer {
  readonly bytes: Buffer;
  /** Of its first packet. */
  readonly atUs: number;
  /** From its first to its last packet. */
  readonly tookUs: number;
}

function wireAnswer({ bytes, atUs, tookUs }: Answer, { arrivedUs, uploadUs }: Waiting): ForeignAnswer {
  const message = readHttpMessage(bytes);
  const status = Number(/^HTTP\/\d(?:\.\d)? (\d{3})\b/.exec(message?.start ?? '')?.[1] ?? 0);
  if (message === null || status === 0) return NO_ANSWER;
  return {
    kind: 'wire',
    status,
    headers: withoutHeaders(message.headers, FRAMING),
    body: message.body,
    headersUs: atUs,
    firstByteUs: atUs,
    finishedUs: Math.round(atUs + tookUs),
    transport: message.isWhole ? 'complete' : 'upstream_aborted',
    reads: null,
    requestEndUs: Math.round(arrivedUs + uploadUs),
  };
}
