import { chinese } from './chinese.ts';
import { english } from './english.ts';
import type { Language } from './languages.ts';

/** Every message of a language; other languages have the same keys as English. */
export type Messages = typeof english;

const ALL: Readonly<Record<Language, Messages>> = { en: english, zh: chinese };

export function messagesOf(language: Language): Messages {
  return ALL[language];
}
