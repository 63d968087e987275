import type { FirstWord, TextVocabulary } from '../../formats/lengths/synthetic-prompt.ts';
import { UserError } from '../../model/user-error.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Ids that are looked at: below lie bytes and special tokens. */
const FIRST_ID = 1_000;
const IDS_AT_ONCE = 2_000;
const LAST_ID = 13_000;

/** Enough words: the first one of a prompt distinguishes hundreds of prompts. */
const MOST_WORDS = 2_048;
const MOST_FIRST_WORDS = 512;
const FEWEST_WORDS = 64;

/** Words whose tokens are asked for at once. */
const WORDS_AT_ONCE = 128;

/** Words of the text by which all is checked in the end. */
const CHECKED_WORDS = 256;

/**
 * Learns words of one token each from a server, and what its chat template adds to a text.
 * @throws UserError (as a rejection) where the server gives no answer, or no such words
 */
export async function learnVocabulary(tokenizer: Tokenizer): Promise<TextVocabulary> {
  const words: string[] = [];
  const [newline] = await tokenizer.tokensOf('\n');
  for (let id = FIRST_ID; id < LAST_ID && words.length < MOST_WORDS; id += IDS_AT_ONCE) {
    const candidates = await wordsOf(tokenizer, id, newline ?? 0);
    if (candidates.length > 0) words.push(...(await wholeWords(tokenizer, candidates)));
  }
  const known = [...new Set(words)].slice(0, MOST_WORDS);
  if (known.length < FEWEST_WORDS) {
    throw new UserError(
      `${tokenizer.name} has only ${known.length} words of one token, and ${FEWEST_WORDS} are needed`,
      {
        remedy: 'import without --text, as token ids',
      },
    );
  }
  const template = await templateOf(tokenizer, known);
  const vocabulary = {
    words: known,
    first: await firstWords(tokenizer, known, template.before),
    ...template,
  };
  await check(tokenizer, vocabulary);
  return vocabulary;
}

/** Words with a space before them among some ids; a line's end between two shows where each one ends. */
async function wordsOf(tokenizer: Tokenizer, from: number, newline: number): Promise<readonly string[]> {
  const ids = Array.from({ length: IDS_AT_ONCE }, (_, i) => from + i);
  const text = await tokenizer.textOf(ids.flatMap((id) => [id, newline]));
  const isWord = (piece: string): boolean => /^ [a-z]{2,12}$/.test(piece);
  return [...new Set(text.split('\n').filter(isWord))];
}

/** Tokens of words that follow a text: some tokenizers put a space of their own before the first word of all. */
async function behindText(tokenizer: Tokenizer, words: string): Promise<readonly number[]> {
  const before = await tokenizer.tokensOf('a');
  return (await tokenizer.tokensOf(`a${words}`)).slice(before.length);
}

/** Those of some words that are one token each behind one another. */
async function wholeWords(tokenizer: Tokenizer, words: readonly string[]): Promise<readonly string[]> {
  if (words.length > WORDS_AT_ONCE) {
    const found: string[] = [];
    for (let at = 0; at < words.length; at += WORDS_AT_ONCE) {
      found.push(...(await wholeWords(tokenizer, words.slice(at, at + WORDS_AT_ONCE))));
    }
    return found;
  }
  const tokens = await behindText(tokenizer, words.join(''));
  if (tokens.length === words.length && new Set(tokens).size === words.length) return words;
  if (words.length === 1) return [];
  const half = Math.ceil(words.length / 2);
  return [
    ...(await wholeWords(tokenizer, words.slice(0, half))),
    ...(await wholeWords(tokenizer, words.slice(half))),
  ];
}

/** Tokens that every prompt begins and ends with: what two texts without a common word have in common. */
async function templateOf(tokenizer: Tokenizer, words: readonly string[]) {
  const texts = [words.slice(0, 8), words.slice(8, 16)].map((some) => some.join('').trimStart());
  const [a = [], b = []] = [
    await tokenizer.promptOf(texts[0] ?? ''),
    await tokenizer.promptOf(texts[1] ?? ''),
  ];
  const differsAt = a.findIndex((token, i) => token !== b[i]);
  const fromEnd = a.toReversed().findIndex((token, i) => token !== b[b.length - 1 - i]);
  return { before: Math.max(0, differsAt), after: Math.max(0, fromEnd) };
}

/** Words that begin a text, each with another token. */
async function firstWords(
  tokenizer: Tokenizer,
  words: readonly string[],
  before: number,
): Promise<readonly FirstWord[]> {
  const [follower = ''] = words;
  const following = (await behindText(tokenizer, follower)).at(-1);
  const found = new Map<number, FirstWord>();
  for (const word of words.slice(0, MOST_FIRST_WORDS)) {
    const text = word.trimStart();
    const tokens = (await tokenizer.promptOf(text + follower)).slice(before);
    const end = tokens.indexOf(following ?? -1);
    const [first] = tokens;
    if (first !== undefined && end > 0 && !found.has(first)) found.set(first, { text, tokens: end });
  }
  return [...found.values()];
}

/** @throws UserError where a text of many words is not as long as it should be: the tokenizer joins words */
async function check(tokenizer: Tokenizer, { words, first, before, after }: TextVocabulary): Promise<void> {
  const [start] = first;
  const some = Array.from({ length: CHECKED_WORDS }, (_, i) => words[(i * 7) % words.length] ?? '');
  const tokens = await tokenizer.promptOf((start?.text ?? '') + some.join(''));
  const expected = before + (start?.tokens ?? 0) + CHECKED_WORDS + after;
  if (start !== undefined && tokens.length === expected) return;
  throw new UserError(
    `${tokenizer.name} makes ${tokens.length} tokens of a text that has ${expected} by its words`,
    {
      remedy: 'import without --text, as token ids',
    },
  );
}
