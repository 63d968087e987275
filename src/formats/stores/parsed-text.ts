import { parseJson } from '../../model/json.ts';

/** The list or object that a text is the JSON of; any other value as it is. */
export function parsedText(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return parseJson(value);
  } catch {
    return value;
  }
}
