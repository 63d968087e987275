import { apiOfPath, hasPrompt } from '../../chat/apis/table.ts';
import { asString } from '../../model/json.ts';
import { NO_ANSWER } from '../format.ts';
import { jsonFormat } from '../reading/json-reader.ts';
import { bodyMember } from './raw.ts';
import { verbatimRequest } from './rebuilt-body.ts';
import { pathOfUrl } from './url-path.ts';

/** Input files of OpenAI's batch API, which vLLM's `run-batch` and most gateways read. */
export const OPENAI_BATCH = jsonFormat(
  ({ custom_id: id, body }) => id !== undefined && body !== undefined,
  () =>
    ({ document, bytes }) => {
      const path = pathOfUrl(asString(document.url) ?? '');
      const api = path === null ? null : apiOfPath(path);
      if (path === null || api === null || !/^post$/i.test(asString(document.method) ?? 'POST'))
        return 'unknownApi';
      const body = bodyMember(document, bytes, 'body');
      if (body === null) return 'malformed';
      if (!hasPrompt(api, body.document)) return 'noRequest';
      return {
        arrivedUs: null,
        request: verbatimRequest(path, body.bytes),
        session: asString(body.document.session_id),
        answer: NO_ANSWER,
      };
    },
);
