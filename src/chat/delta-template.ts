import { CHUNK } from '../model/chunk-times.ts';
import type { TextField } from './answer-text.ts';
import type { StreamEvent } from './stream-event.ts';

/**
 * The events of one stream differ only in a word of text: whoever has parsed one knows what the next one means as soon
 * as everything around the word is byte for byte the same. That costs a tenth of parsing it.
 */
export interface DeltaTemplate {
  /** What such an event means. */
  readonly event: StreamEvent;
  readonly choice: number;
  readonly field: TextField;
  /**
   * Where the event that begins at `at` ends, and where its text lies; null when it is not of this template: then it has
   * to be parsed.
   */
  match(
    bytes: Buffer,
    at: number,
  ): { readonly end: number; readonly from: number; readonly to: number } | null;
}

/** The names under which a text stands in a chunk, with what it is. */
const FIELDS = [
  ['"content":"', 'content', CHUNK.content],
  ['"text":"', 'content', CHUNK.content],
  ['"reasoning":"', 'reasoning', CHUNK.reasoning],
  ['"reasoning_content":"', 'reasoning', CHUNK.reasoning],
] as const;

const LF = 10;
const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;

/**
 * Makes a template of an event that was parsed.
 * @param data its data as it came, one line
 * @returns null when more than one text may vary in such events: they are to be parsed
 */
export function deltaTemplate(data: string, event: StreamEvent): DeltaTemplate | null {
  const { kinds, tokens, finishReason, usage, error } = event;
  if (tokens !== 1 || finishReason !== null || usage !== null || error !== null) return null;
  const index = /"choices":\[\{"index":(\d+),/.exec(data);
  if (index === null || data.indexOf('"index":', index.index + index[0].length) !== -1) return null;
  for (const [name, field, kind] of FIELDS) {
    if (kinds !== kind) continue;
    const at = data.indexOf(name);
    if (at === -1 || data.startsWith('"', at + name.length)) continue;
    const prefix = Buffer.from(`data: ${data.slice(0, at + name.length)}`);
    const text = Buffer.from(`data: ${data}`);
    const close = endOfText(text, prefix.length);
    if (close === -1) return null;
    const suffix = Buffer.concat([text.subarray(close), Buffer.of(LF, LF)]);
    return { event, choice: Number(index[1]), field, match: matcher(prefix, suffix) };
  }
  return null;
}

function matcher(prefix: Buffer, suffix: Buffer): DeltaTemplate['match'] {
  return (bytes, at) => {
    const from = at + prefix.length;
    if (from >= bytes.length || bytes.compare(prefix, 0, prefix.length, at, from) !== 0) return null;
    const to = endOfText(bytes, from);
    const end = to + suffix.length;
    if (to <= from || end > bytes.length || bytes.compare(suffix, 0, suffix.length, to, end) !== 0)
      return null;
    return { end, from, to };
  };
}

/** The closing quote of a JSON string whose text begins at `from`; -1 when there is none, or a raw control character. */
function endOfText(bytes: Uint8Array, from: number): number {
  for (let i = from; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === QUOTE) return i;
    if (byte < SPACE) return -1;
    if (byte === BACKSLASH) i += 1;
  }
  return -1;
}
