import { connect } from 'node:net';
import { after } from 'node:test';
import { joinParts, type LoggedBody } from '../../src/model/body-log.ts';
import { systemClock } from '../../src/model/clock.ts';
import type { ExchangeEnd, ExchangeSink, ExchangeStart } from '../../src/model/exchange.ts';
import { type Recorder, type RecorderOptions, startRecorder } from '../../src/record/start-recorder.ts';
import { eventually } from './http-call.ts';

/** A recorder on a free port whose records are kept in memory. */
export interface TestRecorder {
  readonly recorder: Recorder;
  readonly url: URL;
  readonly starts: ExchangeStart[];
  readonly ends: ExchangeEnd[];
  /** The end of exchange `number`, waited for. */
  end(number: number): Promise<ExchangeEnd>;
}

export async function testRecorder(
  upstream: URL,
  overrides: Partial<RecorderOptions> = {},
): Promise<TestRecorder> {
  const starts: ExchangeStart[] = [];
  const ends: ExchangeEnd[] = [];
  const parts = new Map<number, LoggedBody[]>();
  const sink: ExchangeSink = {
    start: (start) => starts.push(start),
    part: (number, part) => parts.set(number, [...(parts.get(number) ?? []), part]),
    end(end) {
      const answer = { ...end.answer, ...joinParts(parts.get(end.number) ?? [], end.answer) };
      ends.push({ ...end, answer });
    },
  };
  const recorder = await startRecorder({
    upstream,
    host: '127.0.0.1',
    port: 0,
    sink,
    clock: systemClock,
    redaction: { requestHeaders: (raw) => raw, answerHeaders: (raw) => raw, path: (path) => path },
    shouldRecord: () => true,
    ...overrides,
  });
  after(() => recorder.close(0));
  return {
    recorder,
    url: recorder.url,
    starts,
    ends,
    async end(number) {
      const find = (): ExchangeEnd | undefined => ends.find((end) => end.number === number);
      await eventually(() => find() !== undefined);
      return find() as ExchangeEnd;
    },
  };
}

/** Writes bytes to a fresh socket and gives all that comes back until the other side closes, or `enough` of it. */
export async function rawCall(url: URL, bytes: string, enough?: (text: string) => boolean): Promise<string> {
  const socket = connect(Number(url.port), url.hostname);
  socket.write(bytes, 'latin1');
  let text = '';
  try {
    for await (const piece of socket) {
      text += (piece as Buffer).toString('latin1');
      if (enough?.(text) === true) break;
    }
  } catch {
    text += '<reset>';
  }
  socket.destroy();
  return text;
}
