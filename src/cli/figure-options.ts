import { LANGUAGES } from '../report/messages/languages.ts';
import { choice, percentiles, slo } from './option-values.ts';
import { value } from './options.ts';

/** The figures that a user chooses, of every command that shows runs. */
export const FIGURE_OPTIONS = {
  slo: value(
    '--slo <limits>',
    'latency limits for goodput, e.g. ttft=500ms,tpot=50ms,e2el=10s,itl=200ms,ttfo=2s',
    slo,
  ),
  percentiles: value(
    '--percentiles <list>',
    'percentiles to show, e.g. 50,75,99.9 (default: those that each table names)',
    percentiles,
  ),
};

/** The language of what is printed. */
export const LANG_OPTION = value(
  '--lang <language>',
  `output language: ${LANGUAGES.join(' or ')}`,
  choice(LANGUAGES),
  'en',
);
