import type { Note } from '../../model/note.ts';
import type { FindingText } from '../findings/finding.ts';
import { QUANTITIES } from '../quantities.ts';
import type { Language } from './languages.ts';

/** What is said of each kind of a family of notes: a kind or a language that has nothing to say does not compile. */
export type Sentences<Family, Text = string> = {
  readonly [Kind in keyof Family]: Readonly<Record<Language, (facts: Family[Kind]) => Text>>;
};

/** What is said of a note in a language. */
export function sentenceOf<Family extends object, Text>(sentences: Sentences<Family, Text>, note: Note<Family>, language: Language): Text {
  const say: (facts: never) => Text = sentences[note.kind][language];
  return say(note as never);
}

/**
 * The same of a note from a tape: a kind that this version does not know, as a tape of a later one may have, or one without
 * its facts, as on an untrusted tape, is shown as it is stored.
 */
export function storedSentenceOf<Family extends object>(sentences: Sentences<Family>, note: Note<Family>, language: Language): string {
  try {
    return Object.hasOwn(sentences, note.kind) ? sentenceOf(sentences, note, language) : JSON.stringify(note);
  } catch {
    return JSON.stringify(note);
  }
}

/** A table of labels in one language. */
export type InLanguage<Table> = Table extends Readonly<Record<Language, infer Text>> ? Text : { readonly [Key in keyof Table]: InLanguage<Table[Key]> };

/** Reads a table whose leaves have a text, or a function that makes one, for each language. */
export function inLanguage<Table extends object>(table: Table, language: Language): InLanguage<Table> {
  const read = (value: object): unknown => (Object.hasOwn(value, language) ? (value as Record<Language, unknown>)[language] : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, read(inner)])));
  return read(table) as InLanguage<Table>;
}

/** A number of things in English: `1 run`, `12,345 runs`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${QUANTITIES.en.whole(n)} ${n === 1 ? one : many}`;
}

/** The parts of a finding's text, each in every language: a text, or a function that makes one of the facts. */
export type Parts<Facts> = Readonly<Record<keyof FindingText, Readonly<Record<Language, string | ((facts: Facts) => string)>>>>;

/** What each kind of a finding says: one without a text in a language does not compile. */
export type FindingMessages<Facts> = { readonly [Kind in keyof Facts]: Parts<Facts[Kind]> };
