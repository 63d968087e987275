import { CHAT } from '../../chat/apis/chat.ts';
import { NO_ANSWER } from '../format.ts';
import { jsonFormat } from '../reading/json-reader.ts';
import { countOf } from '../reading/numbers.ts';
import { rebuiltRequest } from './rebuilt-body.ts';

/** Members of the data sets `custom_image` and `custom_audio`: images and sounds beside the text, most of them in files of their own. */
const FILES = ['image_files', 'audio_files', 'content'] as const;

/** The `custom` data set of `vllm bench serve`: a prompt a line, with the number of tokens to generate. */
export const VLLM_CUSTOM = jsonFormat(
  ({ prompt, model }) => typeof prompt === 'string' && model === undefined,
  () =>
    ({ document: { prompt, output_tokens: outputTokens, ...rest } }) => {
      if (prompt === undefined) return 'noRequest';
      if (FILES.some((member) => rest[member] !== undefined)) return 'noBody';
      if (typeof prompt !== 'string') return 'malformed';
      const tokens = countOf(outputTokens) || null;
      return {
        arrivedUs: null,
        request: rebuiltRequest(CHAT, { messages: [{ role: 'user', content: prompt }], max_tokens: tokens }),
        session: null,
        answer: { ...NO_ANSWER, completionTokens: tokens },
      };
    },
);
