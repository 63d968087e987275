import type { FindingText } from '../findings/finding.ts';
import type { Language } from './languages.ts';

/** The parts of a finding's text, each in every language: a text, or a function that makes one of the facts. */
export type Parts<Facts> = Readonly<Record<keyof FindingText, Readonly<Record<Language, string | ((facts: Facts) => string)>>>>;

/** What each kind of a finding says: one without a text in a language does not compile. */
export type FindingMessages<Facts> = { readonly [Kind in keyof Facts]: Parts<Facts[Kind]> };
