import { type JsonPath, parseJsonPath } from '../../chat/redaction/redact-body.ts';
import { PRESETS, type RedactPattern } from '../../chat/redaction/redact-patterns.ts';
import { invalid } from '../option-values.ts';

/** What of the recorded traffic is kept; plain data, so that it can cross to the writer thread and be stored on the tape. */
export interface KeepPolicy {
  /** False keeps timing, sizes and token counts only. */
  readonly bodies: boolean;
  /** Places in JSON bodies that are emptied, e.g. `messages[*].content`. */
  readonly jsonPaths: readonly string[];
  /** Presets or regular expressions whose matches are overwritten in every text. */
  readonly patterns: readonly string[];
  /** Share of conversations that are kept, above 0 to 1. */
  readonly sample: number;
  /** Of each body, as it was sent; the rest is read but not kept. */
  readonly maxBodyBytes: number;
}

export const KEEP_ALL: KeepPolicy = {
  bodies: true,
  jsonPaths: [],
  patterns: [],
  sample: 1,
  maxBodyBytes: Number.MAX_SAFE_INTEGER,
};

/** A place in JSON bodies. @throws UserError */
export function jsonPath(option: string, text: string): JsonPath {
  const path = parseJsonPath(text);
  if (path !== null) return path;
  throw invalid(option, text, 'is not a path', 'write it as messages[*].content or metadata.user_id');
}

/** A preset by its name, or a regular expression. @throws UserError */
export function redactPattern(option: string, text: string): RedactPattern {
  const preset = PRESETS.find(({ name }) => name === text);
  if (preset !== undefined) return preset;
  try {
    return { name: text, pattern: new RegExp(text, 'gu') };
  } catch (error) {
    const presets = PRESETS.map(({ name }) => name).join(', ');
    const problem = `is neither a preset (${presets}) nor a regular expression`;
    throw invalid(option, text, problem, (error as Error).message);
  }
}

/** A parser that checks a text and gives it unchanged, for what is parsed again on another thread. */
export function checked(
  parse: (option: string, text: string) => unknown,
): (option: string, text: string) => string {
  return (option, text) => {
    parse(option, text);
    return text;
  };
}
