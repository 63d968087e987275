import type { Note } from '../../model/note.ts';
import { QUANTITIES } from '../quantities.ts';
import type { Language } from './languages.ts';

/** The sentences of a family of notes: a kind or a language that has none does not compile. */
export type Sentences<Family> = {
  readonly [Kind in keyof Family]: Readonly<Record<Language, (facts: Family[Kind]) => string>>;
};

/**
 * The sentence of a note in a language. A kind that this version does not know, as a tape of a later one may have, is
 * shown as it is stored.
 */
export function sentenceOf<Family extends object>(
  sentences: Sentences<Family>,
  note: Note<Family>,
  language: Language,
): string {
  if (!Object.hasOwn(sentences, note.kind)) return JSON.stringify(note);
  const sentence: (facts: never) => string = sentences[note.kind][language];
  return sentence(note as never);
}

/** A number of things in English: `1 run`, `12,345 runs`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${QUANTITIES.en.whole(n)} ${n === 1 ? one : many}`;
}
