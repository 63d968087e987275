import { asObject, asString, type JsonObject } from '../model/json.ts';

/**
 * The message of an error document, in every shape that vLLM versions and gateways write: `error` as an object or a
 * string, a flat `{"object":"error","message"}` (vLLM before 0.10.1), FastAPI's `detail`. Null when it is no error.
 */
export function serverErrorMessage(document: JsonObject): string | null {
  const { error } = document;
  if (typeof error === 'string') return error;
  const nested = asObject(error);
  if (nested !== null) return asString(nested.message) ?? JSON.stringify(nested);
  if (document.object === 'error') return asString(document.message) ?? 'error without a message';
  if (document.choices !== undefined || document.usage !== undefined) return null;
  return asString(document.detail);
}
