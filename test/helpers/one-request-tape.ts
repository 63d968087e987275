import { openTapeWriter } from '../../src/store/tape-writer.ts';
import { answerFigures, CAPTURE, exchangeEnd, exchangeStart, REQUEST } from './sample-records.ts';

/** Makes a tape with one chat completion on it, streamed or plain. */
export function oneRequestTape(path: string, stream: boolean): void {
  const body = JSON.stringify({
    model: 'known',
    messages: [{ role: 'user', content: 'Why is the sky blue? '.repeat(10) }],
    max_tokens: 50,
    ...(stream ? { stream: true } : {}),
  });
  const writer = openTapeWriter(path, 'create');
  const capture = writer.beginCapture(CAPTURE);
  writer.startExchange(capture, exchangeStart(1));
  const end = exchangeEnd(1, 1_000, body);
  const figures = answerFigures(end.answer, { streamed: stream, completionTokens: 50 });
  writer.endExchange(capture, end, { ...REQUEST, model: 'known', stream, maxTokens: 50 }, figures);
  writer.endCapture(capture, CAPTURE.startedAtMs + 1_000, {});
  writer.close();
}
