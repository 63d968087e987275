import { parseJson } from '../../model/json.ts';

/**
 * Reads a configuration that a server prints as one text of `name=value` parts with commas between them, as vLLM 0.8.5 does
 * in `/server_info`. Commas inside brackets and quotes belong to a value. A JSON value is parsed, `None`
 * becomes null; null for a text that is not such a list.
 */
export function parseConfigText(text: string): Readonly<Record<string, unknown>> | null {
  const parts = splitParts(text).map((part) => /^\s*([\w.]+)=(.*)$/s.exec(part));
  if (parts.length < 2 || parts.includes(null)) return null;
  return Object.fromEntries(parts.map((part) => [part?.[1] ?? '', readValue(part?.[2] ?? '')]));
}

function splitParts(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  return [...parts, text.slice(from)];
}

function readValue(text: string): unknown {
  if (text === 'None') return null;
  try {
    return parseJson(text);
  } catch {
    return text.replace(/^(['"])(.*)\1$/s, '$2');
  }
}
