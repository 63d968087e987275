import type { AnswerFigures, RequestFigures } from '../../src/model/completion.ts';
import type { ExchangeStart } from '../../src/model/exchange.ts';
import { openTapeWriter } from '../../src/store/tape-writer.ts';
import { answerFigures, CAPTURE, exchangeEnd, exchangeStart, REQUEST } from './sample-records.ts';

/** One exchange of a tape made for a test; what is not said is as in the sample records. */
export interface WrittenExchange {
  readonly body?: object | string;
  readonly atUs?: number;
  readonly path?: string;
  readonly headers?: ExchangeStart['headers'];
  /** False: the client left before its request was whole. */
  readonly requestWhole?: boolean;
  readonly status?: number;
  readonly request?: Partial<RequestFigures>;
  readonly answer?: Partial<AnswerFigures>;
}

/** Writes a tape with one capture for each list; an exchange arrives a second after the one before unless it says when. */
export function writeTape(path: string, ...captures: readonly (readonly WrittenExchange[])[]): void {
  const tape = openTapeWriter(path, 'create');
  for (const exchanges of captures) {
    const captureId = tape.beginCapture(CAPTURE);
    for (const [i, exchange] of exchanges.entries()) {
      const { body = { model: 'm', messages: [] }, atUs = i * 1_000_000, requestWhole = true } = exchange;
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const start = exchangeStart(i + 1, atUs);
      tape.startExchange(captureId, {
        ...start,
        path: exchange.path ?? start.path,
        headers: exchange.headers ?? start.headers,
      });
      const end = exchangeEnd(i + 1, atUs, text);
      const raw = { ...end.answer, status: exchange.status ?? 200 };
      tape.endExchange(
        captureId,
        { ...end, requestEndUs: requestWhole ? end.requestEndUs : null, answer: raw },
        { ...REQUEST, ...exchange.request },
        answerFigures(raw, exchange.answer),
      );
    }
    tape.endCapture(captureId, CAPTURE.startedAtMs + 60_000, {});
  }
  tape.close();
}
