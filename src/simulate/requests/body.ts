import type { JsonObject } from '../../model/json.ts';
import type { BodyKind, ReadingRules } from './generation-request.ts';

/** A request's body whose fields have the declared types, and the ways to read them. */
export interface Body {
  readonly api: BodyKind;
  readonly fields: JsonObject;
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

export function createBody(api: BodyKind, fields: JsonObject, rules: ReadingRules): Body {
  const strict = rules.dialect === 'rust';
  const int = (field: string): number | null => readInt(fields[field], strict);
  const usual = api === 'completions' && fields.max_tokens === undefined ? COMPLETIONS_MAX_TOKENS : null;
  return {
    api,
    fields,
    rules,
    int,
    float: (field) => readFloat(fields[field], strict),
    truth: (field) => readBool(fields[field], strict) ?? false,
    limit: int('max_completion_tokens') ?? int('max_tokens') ?? usual,
  };
}

/**
 * A field's whole number, null when it is none.
 * @param strict as serde is: no number written as a text, no truth as 1. Pydantic takes those.
 */
export function readInt(value: unknown, strict: boolean): number | null {
  const number = readFloat(value, strict);
  return number !== null && Number.isInteger(number) ? number : null;
}

/** A field's number, null when it is none. */
export function readFloat(value: unknown, strict: boolean): number | null {
  if (typeof value === 'number') return value;
  if (strict) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

const TRUE = ['true', 't', 'yes', 'y', 'on', '1'];
const FALSE = ['false', 'f', 'no', 'n', 'off', '0'];

/** A field's truth, null when it is none. */
export function readBool(value: unknown, strict: boolean): boolean | null {
  if (typeof value === 'boolean') return value;
  if (strict || (typeof value !== 'string' && typeof value !== 'number')) return null;
  const word = String(value).toLowerCase();
  return TRUE.includes(word) ? true : FALSE.includes(word) ? false : null;
}
