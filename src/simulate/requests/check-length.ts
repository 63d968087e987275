import type { BodyReader } from './body-reader.ts';
import type { Problem } from './problem.ts';
import type { Prompt } from './prompt.ts';

/** Characters of one token at most: what 0.32 multiplies the context length with before it cuts a text. */
const CHARACTERS_PER_TOKEN = 128;

/** Whether prompt and answer fit the context, as each server counts. */
export function checkLength(reader: BodyReader, prompts: readonly Prompt[]): Problem | null {
  const promptTokens = Math.max(...prompts.map(({ tokens }) => tokens.length));
  const { maxModelLen, dialect } = reader.rules;
  switch (dialect) {
    case 'v0.8.5':
      return withLimit(promptTokens, reader.limit, maxModelLen);
    case 'v0.32':
      return limitAlone(reader, prompts, promptTokens) ?? promptAlone(promptTokens, maxModelLen);
    case 'rust':
      return promptAlone(promptTokens, maxModelLen);
  }
}

/** 0.8.5 refuses a limit that does not fit; later servers cut it. */
function withLimit(promptTokens: number, limit: number | null, maxModelLen: number): Problem | null {
  const needed = promptTokens + (limit ?? 1);
  return needed > maxModelLen ? { kind: 'too long', promptTokens, maxTokens: limit, maxModelLen } : null;
}

function limitAlone(
  { int, rules }: BodyReader,
  prompts: readonly Prompt[],
  promptTokens: number,
): Problem | null {
  const { maxModelLen } = rules;
  const field = int('max_completion_tokens') === null ? 'max_tokens' : 'max_completion_tokens';
  const value = int(field) ?? 0;
  if (value > maxModelLen) return { kind: 'limit over context', field, value, maxModelLen };
  const characters = Math.max(...prompts.map(({ text }) => text.length));
  if (characters > maxModelLen * CHARACTERS_PER_TOKEN) {
    return { kind: 'far too long', characters, promptTokens, maxModelLen };
  }
  // What is left is then the limit, and it is none.
  return promptTokens === maxModelLen ? { kind: 'out of range', field: 'max_tokens', value: 0 } : null;
}

/** There is no room for the one token that is always generated. */
function promptAlone(promptTokens: number, maxModelLen: number): Problem | null {
  return promptTokens >= maxModelLen
    ? { kind: 'too long', promptTokens, maxTokens: null, maxModelLen }
    : null;
}
