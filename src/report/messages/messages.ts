import type { ComparedKey, Statistic } from '../../compare/compared-metrics.ts';
import type { ComparisonNote } from '../../compare/comparison-note.ts';
import type { Conclusion } from '../../compare/conclusion.ts';
import type { Invalidity } from '../../compare/session/invalidity.ts';
import type { SessionConclusion } from '../../compare/session/session-conclusion.ts';
import type { MetricKey } from '../../measure/metric-table.ts';
import type { InvalidReason } from '../../model/invalid-reason.ts';
import type { CacheRefusal } from '../../model/traffic-note.ts';
import { chinese } from './chinese.ts';
import { invalidityText, noteText } from './comparison-notes.ts';
import { conclusionText, sessionConclusionText } from './conclusions.ts';
import { english } from './english.ts';
import { errorName, type NamedError } from './error-codes.ts';
import { reasonsText } from './invalid-reasons.ts';
import type { Language } from './languages.ts';
import { columnName, metricName } from './metric-names.ts';
import { cacheRefusalText, countedChange, countedSkip } from './traffic-notes.ts';

/** Makes the sentences of notes in a language. */
function notesIn(language: Language) {
  return {
    error: (error: NamedError) => errorName(error, language),
    reasons: (reasons: readonly InvalidReason[]) => reasonsText(reasons, language),
    skip: countedSkip[language],
    change: countedChange[language],
    cacheRefusal: (refusal: CacheRefusal) => cacheRefusalText(refusal, language),
    note: (note: ComparisonNote) => noteText(note, language),
    invalidity: (invalidity: Invalidity) => invalidityText(invalidity, language),
    conclusion: (conclusion: Conclusion) => conclusionText(conclusion, language),
    sessionConclusion: (conclusion: SessionConclusion) => sessionConclusionText(conclusion, language),
    metric: (key: MetricKey | ComparedKey) => metricName(key, language),
    /** The title of a column of the matrix. */
    column: (metric: MetricKey, statistic: Statistic) => columnName(metric, language, statistic),
  };
}

/** Everything that is said in a language; all languages have the same keys. */
export type Messages = typeof english & ReturnType<typeof notesIn>;

const ALL: Readonly<Record<Language, Messages>> = {
  en: { ...english, ...notesIn('en') },
  zh: { ...chinese, ...notesIn('zh') },
};

export function messagesOf(language: Language): Messages {
  return ALL[language];
}
