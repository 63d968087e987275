import type { ComparedKey, Statistic } from '../../compare/compared-metrics.ts';
import type { ComparisonNote } from '../../compare/comparison-note.ts';
import type { Conclusion } from '../../compare/conclusion.ts';
import type { Invalidity } from '../../compare/session/invalidity.ts';
import type { NoiseCheck, NoiseDefect } from '../../compare/session/noise-check.ts';
import type { SessionConclusion } from '../../compare/session/session-conclusion.ts';
import type { MetricKey } from '../../measure/metric-table.ts';
import type { Percentile } from '../../measure/sample.ts';
import type { CacheRefusal, InvalidReason } from '../../model/note.ts';
import type { NamedError } from '../../model/outcome.ts';
import type { Finding } from '../findings/finding.ts';
import { QUANTITIES } from '../quantities.ts';
import { inLanguage } from './catalogue.ts';
import { comparison } from './comparison.ts';
import { conclusionText, sessionConclusionText } from './conclusions.ts';
import { environment } from './environment.ts';
import { findingText } from './findings.ts';
import { errorName, reasonsText } from './invalid-reasons.ts';
import type { Language } from './languages.ts';
import { matrix } from './matrix.ts';
import { columnName, metricName } from './metric-names.ts';
import { defectText, invalidityText, noiseText, noteText } from './notes/comparison-notes.ts';
import { cacheRefusalText, countedChange, countedSkip } from './notes/traffic-notes.ts';
import { page } from './page.ts';
import { peak } from './peak.ts';
import { plots } from './plots.ts';
import { tools } from './tools.ts';
import { traffic } from './traffic.ts';
import { verdict } from './verdict.ts';

/** Makes the sentences of notes in a language. */
function notesIn(language: Language) {
  return {
    finding: (finding: Finding) => findingText(finding, language),
    error: (error: NamedError) => errorName(error, language),
    reasons: (reasons: readonly InvalidReason[]) => reasonsText(reasons, language),
    skip: countedSkip[language],
    change: countedChange[language],
    cacheRefusal: (refusal: CacheRefusal) => cacheRefusalText(refusal, language),
    note: (note: ComparisonNote) => noteText(note, language),
    invalidity: (invalidity: Invalidity) => invalidityText(invalidity, language),
    noise: (check: NoiseCheck) => noiseText(check, language),
    noiseDefect: (defect: NoiseDefect) => defectText(defect, language),
    conclusion: (conclusion: Conclusion) => conclusionText(conclusion, language),
    sessionConclusion: (conclusion: SessionConclusion) => sessionConclusionText(conclusion, language),
    metric: (key: MetricKey | ComparedKey) => metricName(key, language),
    /** The title of a column of the matrix. */
    column: (metric: MetricKey, statistic: Statistic | Percentile) => columnName(metric, language, statistic),
  };
}

const LABELS = { ...page, comparison, environment, matrix, peak, plots, tools, traffic, verdict };

function messagesIn(language: Language) {
  return { language, quantities: QUANTITIES[language], ...inLanguage(LABELS, language), ...notesIn(language) };
}

/** Everything that is said in a language. */
export type Messages = ReturnType<typeof messagesIn>;

const ALL: Readonly<Record<Language, Messages>> = { en: messagesIn('en'), zh: messagesIn('zh') };

export function messagesOf(language: Language): Messages {
  return ALL[language];
}
