import { LF } from '../../chat/ascii.ts';
import { withoutHeaders } from '../../chat/headers.ts';
import { HeldBytes } from '../../chat/held-bytes.ts';
import { verbatimRequest } from '../bodies/rebuilt-body.ts';
import { type Decoded, type ForeignAnswer, type Format, NO_ANSWER, type PlacedRecord } from '../format.ts';
import { MAX_RECORD_BYTES } from '../reading/byte-lines.ts';
import { nanosecondsUs } from '../reading/instants.ts';
import { type HttpMessage, readHttpMessage } from './http-message.ts';
import { isApiRequest, sessionOf } from './wire-request.ts';

/** Type, id, time, latency: the first line of a record. */
const META = /^([123]) ([0-9a-f]+) (\d+)(?: (-?\d+))?\r?$/i;

/** What ends a record; nothing escapes it, so it counts only before another record or the file's end. */
const MONKEYS = '\n🐵🙈🙉\n';
const SEPARATOR = Buffer.from(MONKEYS);

/** Requests that wait for their answers, and their bytes; GoReplay writes a request and its answer close to one another. */
const MOST_WAITING = { count: 50_000, bytes: 64 * 1024 * 1024 };

/** Headers of a hop: the body is stored without its chunks. */
const FRAMING: ReadonlySet<string> = new Set(['transfer-encoding', 'content-length', 'connection']);

/** GoReplay's files (`.gor`): requests and answers as they were on the wire, without the times of chunks. */
export const GOREPLAY: Format = {
  fits: ({ line }) => META.test(line.trimEnd()),
  reader: () => {
    const decoder = createDecoder();
    const store = new HeldBytes();
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
  /** Bytes. */
  readonly size: number;
  readonly arrivedUs: number;
  /** How long the request took to arrive, microseconds. */
  readonly uploadUs: number;
  withAnswer(answer: ForeignAnswer): Decoded;
}

/** Messages by their ids, the oldest first, as many as may wait. */
function createQueue<Message extends { readonly size: number }>() {
  const held = new Map<string, Message>();
  let bytes = 0;
  function take(id: string): Message | undefined {
    const message = held.get(id);
    if (message === undefined || !held.delete(id)) return undefined;
    bytes -= message.size;
    return message;
  }
  return {
    take,
    /** Gives those that may not wait any longer. */
    add(id: string, message: Message): readonly Message[] {
      const out = [take(id)];
      held.set(id, message);
      bytes += message.size;
      for (const oldest of held.keys()) {
        if (held.size <= MOST_WAITING.count && bytes <= MOST_WAITING.bytes) break;
        out.push(take(oldest));
      }
      return out.filter((one) => one !== undefined);
    },
    values: () => [...held.values()],
  };
}

function createDecoder() {
  const waiting = createQueue<Waiting>();
  /** Answers whose requests are still to come: the file is not sorted. */
  const early = createQueue<Answer>();

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
      size: bytes.length,
      arrivedUs,
      uploadUs,
      withAnswer: (answer) => ({
        arrivedUs,
        request: verbatimRequest(path, body, withoutHeaders(headers, FRAMING)),
        session: sessionOf(headers),
        answer,
      }),
    };
    const answer = early.take(id);
    if (answer !== undefined) return [{ line, decoded: known.withAnswer(wireAnswer(answer, known)) }];
    return waiting.add(id, known).map(unanswered);
  }

  const unanswered = ({ line, withAnswer }: Waiting): PlacedRecord => ({
    line,
    decoded: withAnswer(NO_ANSWER),
  });

  return {
    add(bytes: Buffer, line: number): readonly PlacedRecord[] {
      const lineEnd = bytes.indexOf(LF);
      const meta = lineEnd === -1 ? null : META.exec(bytes.toString('latin1', 0, Math.min(lineEnd, 200)));
      if (meta === null) return [{ line, decoded: 'incomplete' }];
      const [, type, anyCase = '', time = '', latency] = meta;
      const id = anyCase.toLowerCase();
      const atUs = nanosecondsUs(time);
      const tookUs = Math.max(0, Number(latency ?? 0)) / 1e3;
      if (atUs === null) return [{ line, decoded: 'malformed' }];
      const message = bytes.subarray(lineEnd + 1);
      if (type === '1') return request(id, message, line, atUs, tookUs);
      // Answers to a replay are not those of the recorded traffic.
      if (type !== '2') return [];
      const answer = { bytes: message, size: message.length, atUs, tookUs };
      const asked = waiting.take(id);
      if (asked !== undefined)
        return [{ line: asked.line, decoded: asked.withAnswer(wireAnswer(answer, asked)) }];
      early.add(id, answer);
      return [];
    },
    end: (): readonly PlacedRecord[] => waiting.values().map(unanswered),
  };
}

interface Answer {
  readonly bytes: Buffer;
  readonly size: number;
  /** Of its first packet. */
  readonly atUs: number;
  /** From its first to its last packet. */
  readonly tookUs: number;
}

function statusOf({ start }: HttpMessage): number | null {
  const [, status] = /^HTTP\/\d(?:\.\d)? (\d{3})\b/.exec(start) ?? [];
  return status === undefined ? null : Number(status);
}

function wireAnswer({ bytes, atUs, tookUs }: Answer, asked: Waiting): ForeignAnswer {
  let message = readHttpMessage(bytes);
  // The final answer follows `100 Continue`, for example.
  let status = message && statusOf(message);
  while (message !== null && status !== null && status < 200) {
    message = readHttpMessage(message.body);
    status = message && statusOf(message);
  }
  if (message === null || status === null) return NO_ANSWER;
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
    requestEndUs: Math.round(asked.arrivedUs + asked.uploadUs),
  };
}
