import { chinese } from './chinese.ts';
import { english, type Words } from './english.ts';
import type { Language } from './languages.ts';

/** Every message of a language. */
export function wordsOf(language: Language): Words {
  return language === 'zh' ? chinese : english;
}
