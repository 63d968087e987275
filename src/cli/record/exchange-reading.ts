import { createHash } from 'node:crypto';
import { apiOfPath } from '../../chat/apis/table.ts';
import { bodyText } from '../../chat/body-text.ts';
import { conversationKey } from '../../chat/conversations.ts';
import { type JsonPath, parseJsonPath } from '../../chat/json-path.ts';
import { prefixHashes } from '../../chat/prefix-hashes.ts';
import { readAnswer } from '../../chat/read-answer.ts';
import { readRequest } from '../../chat/read-request.ts';
import { createBodyRedaction } from '../../chat/redact-body.ts';
import { PRESETS, type RedactPattern } from '../../chat/redact-patterns.ts';
import type { ExchangeReading } from '../../model/exchange.ts';
import { parseObject } from '../../model/json.ts';
import { UserError } from '../../model/user-error.ts';

/** What of the recorded traffic is kept; plain data, so that it can cross to the tape's thread and stand on the tape. */
export interface KeepPolicy {
  /** False keeps timing, sizes and token counts only. */
  readonly bodies: boolean;
  /** Places in JSON bodies that are emptied, e.g. `messages[*].content`. */
  readonly jsonPaths: readonly string[];
  /** Presets or regular expressions whose matches are overwritten in every text. */
  readonly patterns: readonly string[];
  /** Share of conversations that are kept, above 0 to 1. */
  readonly sample: number;
}

export const KEEP_ALL: KeepPolicy = { bodies: true, jsonPaths: [], patterns: [], sample: 1 };

/**
 * How an exchange is read and what of it is stored. Runs on the tape's thread.
 * @throws UserError for a path or pattern that is none
 */
export function createExchangeReading(policy: KeepPolicy): ExchangeReading {
  const redaction = createBodyRedaction({
    paths: policy.jsonPaths.map(jsonPath),
    patterns: policy.patterns.map(redactPattern),
  });
  return {
    request: readRequest,
    answer(path, raw) {
      const figures = readAnswer(path, raw);
      // A server's complaint may quote what it was sent.
      return figures.error === null ? figures : { ...figures, error: redaction.text(figures.error) };
    },
    selection(path, { model, sessionKey }, { requestBody: body, requestTruncated }) {
      // A body that is not whole cannot tell; a path that is no API's was named by the user.
      if (model === null && !requestTruncated && apiOfPath(path) !== null) return 'not_a_request';
      if (policy.sample >= 1) return 'kept';
      const document = sessionKey === null ? parseObject(bodyText(body)) : null;
      const hashes = document === null ? null : prefixHashes(path, document);
      const share = shareOf(conversationKey({ sessionKey, hashes }, body));
      return share < policy.sample ? 'kept' : 'sampled_out';
    },
    strip(end) {
      const { requestBody, answer } = end;
      if (!policy.bodies) return { ...end, requestBody: null, answer: { ...answer, body: null } };
      return {
        ...end,
        requestBody: redaction.request(requestBody),
        answer: { ...answer, body: redaction.answer(answer.headers, answer.body) },
      };
    },
  };
}

/** A number from 0 to 1 that depends on nothing but the key: a conversation is in the sample or out, on every tape. */
function shareOf(key: Uint8Array | string): number {
  return createHash('sha256').update(key).digest().readUInt32BE() / 2 ** 32;
}

function jsonPath(word: string): JsonPath {
  const path = parseJsonPath(word);
  if (path === null) {
    throw new UserError(
      `--redact-json-path ${word} is not a path: write it as messages[*].content or metadata.user_id`,
    );
  }
  return path;
}

function redactPattern(word: string): RedactPattern {
  const preset = PRESETS.find(({ name }) => name === word);
  if (preset !== undefined) return preset;
  try {
    return { name: word, pattern: new RegExp(word, 'gu') };
  } catch (error) {
    const presets = PRESETS.map(({ name }) => name).join(', ');
    throw new UserError(
      `--redact-pattern ${word} is neither a preset (${presets}) nor a regular expression: ${(error as Error).message}`,
    );
  }
}
