import { CHAT } from '../../chat/apis/chat.ts';
import { asCount } from '../../model/json.ts';
import { NO_ANSWER } from '../format.ts';
import { jsonFormat } from '../reading/json-reader.ts';
import { rebuiltRequest } from './rebuilt-body.ts';

/** The `custom` data set of `vllm bench serve`: a prompt a line, with the number of tokens to generate. */
export const VLLM_CUSTOM = jsonFormat(
  ({ prompt, model }) => typeof prompt === 'string' && model === undefined,
  () =>
    ({ document: { prompt, output_tokens: outputTokens } }) => {
      if (prompt === undefined) return 'noRequest';
      if (typeof prompt !== 'string') return 'malformed';
      const tokens = asCount(outputTokens) || null;
      return {
        arrivedUs: null,
        request: rebuiltRequest(CHAT, { messages: [{ role: 'user', content: prompt }], max_tokens: tokens }),
        session: null,
        answer: { ...NO_ANSWER, completionTokens: tokens },
      };
    },
);
