import type { Command } from 'commander';
import { LANGUAGES, type Language } from '../../report/messages/languages.ts';
import { oneOf } from '../option-values.ts';

/** What a comparison, and what is reckoned from one, can look like. */
const FORMATS = ['text', 'markdown', 'json'] as const;

/** The words that say how it is written, as commander gives them. */
export interface ComparisonOptions {
  readonly format: string;
  readonly lang: string;
  readonly json?: true;
}

export function addComparisonOptions(command: Command): Command {
  return command
    .option('--format <format>', FORMATS.join(', '), 'text')
    .option('--lang <language>', `the language of text and markdown: ${LANGUAGES.join(', ')}`, 'en')
    .option('--json', 'the same as --format json');
}

/** @throws UserError for a word that cannot be meant */
export function comparisonFormat({ format, lang, json }: ComparisonOptions): {
  readonly format: (typeof FORMATS)[number];
  readonly language: Language;
} {
  return {
    format: json === true ? 'json' : oneOf('--format', format, FORMATS),
    language: oneOf('--lang', lang, LANGUAGES),
  };
}
