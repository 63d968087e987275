import { chinese } from './chinese.ts';
import { english, type Words } from './english.ts';

/** The languages that reports for people are written in. */
export const LANGUAGES = ['en', 'zh'] as const;

export type Language = (typeof LANGUAGES)[number];

/** Every message of a language. */
export function wordsOf(language: Language): Words {
  return language === 'zh' ? chinese : english;
}
