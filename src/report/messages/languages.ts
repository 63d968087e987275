/** The languages that reports for people are written in; apart from their words, which a help text does not need. */
export const LANGUAGES = ['en', 'zh'] as const;

export type Language = (typeof LANGUAGES)[number];
