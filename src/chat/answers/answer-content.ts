import { parseObject, TAPE_ANSWER_BYTES } from '../../model/json.ts';
import { apiOfPath } from '../apis/table.ts';
import { bodyText, isStream } from '../body.ts';
import { createAnswerText } from './answer-text.ts';
import { createSseParser, type SseEvent } from './sse.ts';

const PIECE_BYTES = 64 * 1024;

/**
 * The text of an answer's first choice, without reasoning and tool calls; empty where there is none.
 * @param body decoded
 */
export function answerContent(path: string, headers: readonly string[], body: Uint8Array): string {
  const api = apiOfPath(path);
  const text = createAnswerText();
  if (api === null) return '';
  if (isStream(headers, body)) {
    const parser = createSseParser();
    const read = (events: readonly SseEvent[]): void => {
      for (const { data } of events) {
        const document = parseObject(data, TAPE_ANSWER_BYTES);
        if (document !== null) api.readEvent(document, text);
      }
    };
    // Piece by piece: a million small events are never in memory at once.
    for (let at = 0; at < body.length; at += PIECE_BYTES)
      read(parser.push(body.subarray(at, at + PIECE_BYTES)));
    read(parser.finish());
  } else {
    const document = parseObject(bodyText(body), TAPE_ANSWER_BYTES);
    if (document !== null) api.readPlain(document, text);
  }
  return text.text(0, 'content');
}
