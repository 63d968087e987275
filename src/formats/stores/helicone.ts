import { apiOfBody, apiOfPath, usualPath } from '../../chat/apis/table.ts';
import { asObject, asString } from '../../model/json.ts';
import { bodyMember } from '../bodies/raw.ts';
import { verbatimRequest } from '../bodies/rebuilt-body.ts';
import { pathOfUrl } from '../bodies/url-path.ts';
import { isoUs, unitsUs } from '../reading/instants.ts';
import { jsonFormat } from '../reading/json-reader.ts';
import { countOf, numberOf } from '../reading/numbers.ts';
import { outcomeOfStatus } from './outcome-of-status.ts';

/** Requests as Helicone's export writes them with `--include-body`: the client's own bodies. */
export const HELICONE = jsonFormat(
  ({ request_body: body, request_created_at: createdAt }) => body !== undefined || createdAt !== undefined,
  () =>
    ({ document, bytes }) => {
      const { cache_reference_id: cacheId, response_status: answered, request_path: asked } = document;
      if (typeof cacheId === 'string' && /[1-9a-z]/i.test(cacheId)) return 'cached';
      if (document.request_body == null) return 'noBody';
      const body = bodyMember(document, bytes, 'request_body');
      if (body === null) return 'malformed';
      const api = apiOfBody(body.document);
      const path = asString(asked) === null ? api && usualPath(api) : pathOfUrl(asString(asked) ?? '');
      if (path === null || apiOfPath(path) === null) return 'unknownApi';
      if (api === null) return 'noRequest';
      const arrivedUs = isoUs(document.request_created_at);
      const after = (ms: unknown): number | null => {
        const us = unitsUs(ms, 1e3);
        return us === null || arrivedUs === null ? null : arrivedUs + us;
      };
      const status = countOf(answered) || null;
      return {
        arrivedUs,
        request: verbatimRequest(path, body.bytes),
        session: asString(asObject(document.request_properties)?.['Helicone-Session-Id']),
        answer: {
          kind: 'figures',
          ...outcomeOfStatus(status),
          // Zero where nothing was measured.
          firstTokenUs: after(numberOf(document.time_to_first_token) || null),
          finishedUs: after(document.delay_ms),
          promptTokens: countOf(document.prompt_tokens),
          completionTokens: countOf(document.completion_tokens),
          cachedTokens: countOf(document.prompt_cache_read_tokens),
          finishReason: null,
        },
      };
    },
);
