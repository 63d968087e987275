import type { JsonObject } from '../../model/json.ts';
import { readBool, readFloat, readInt } from './fields.ts';
import type { Api, ReadingRules } from './generation-request.ts';

/** A request's body whose fields have the declared types, and the ways to read them. */
export interface BodyReader {
  readonly api: Api;
  readonly body: JsonObject;
  /** As it came, for the words of refusals. */
  readonly text: string;
  readonly rules: ReadingRules;
  int(field: string): number | null;
  float(field: string): number | null;
  /** False where the field is missing. */
  truth(field: string): boolean;
  /** The limit of the answer's length, as it was asked for or, for a plain completion, by default. */
  readonly limit: number | null;
}

/** vLLM's default for the plain completions' limit. */
const COMPLETIONS_MAX_TOKENS = 16;

export function bodyReader(api: Api, body: JsonObject, text: string, rules: ReadingRules): BodyReader {
  const strict = rules.dialect === 'rust';
  const int = (field: string): number | null => readInt(body[field], strict);
  const usual = api === 'completions' && body.max_tokens === undefined ? COMPLETIONS_MAX_TOKENS : null;
  return {
    api,
    body,
    text,
    rules,
    int,
    float: (field) => readFloat(body[field], strict),
    truth: (field) => readBool(body[field], strict) ?? false,
    limit: int('max_completion_tokens') ?? int('max_tokens') ?? usual,
  };
}
