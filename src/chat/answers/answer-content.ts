import { parseObject } from '../../model/json.ts';
import { apiOfPath } from '../apis/table.ts';
import { bodyText, isStream } from '../body.ts';
import { createAnswerText } from './answer-text.ts';
import { createSseParser } from './sse.ts';

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
    for (const { data } of [...parser.push(body), ...parser.finish()]) {
      const document = parseObject(data);
      if (document !== null) api.readEvent(document, text);
    }
  } else {
    const document = parseObject(bodyText(body));
    if (document !== null) api.readPlain(document, text);
  }
  return text.text(0, 'content');
}
