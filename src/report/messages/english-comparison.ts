import type { Verdict } from '../../compare/comparison.ts';

/** What a comparison says beside its sentence. */
export const englishComparison = {
  metric: 'metric',
  before: 'before',
  after: 'after',
  change: 'change',
  interval: (level: string) => `${level} interval`,
  p: 'p',
  signFlipP: 'sign-flip p',
  verdict: 'verdict',
  /** The verdict's words for people; the closed list's own words stand in JSON. */
  verdicts: {
    regression: 'regression',
    improvement: 'improvement',
    equivalent: 'equivalent',
    small: 'real but small',
    inconclusive: 'inconclusive',
    invalid: 'invalid',
  } as Readonly<Record<Verdict, string>>,
  /** Of a metric that only describes. */
  descriptive: (verdict: string) => `(${verdict})`,
  range: (low: string, high: string) => `${low} to ${high}`,
  cell: (cell: string, verdict: string, made: string) => `${cell}: ${verdict} (${made})`,
  validRuns: (before: string, nameBefore: string, after: string, nameAfter: string) =>
    `${before} valid runs of ${nameBefore}, ${after} of ${nameAfter}`,
  pairs: (pairs: string) => `${pairs} pairs`,
  validPairs: (valid: string, pairs: string) => `${valid} valid of ${pairs} pairs`,
  look: (number: string, of: string, pairs: string, level: string) =>
    `look ${number} of ${of}, at ${pairs} pairs, with a level of ${level}`,
  differences: 'what differs, by the servers’ own words',
  setting: 'setting',
  more: (n: string) => `and ${n} more`,
  notValid: (message: string) => `not valid: ${message}`,
  pairByPair: (metric: string, changes: string) => `${metric}, pair by pair: ${changes}`,
  outlying: (pairs: string, estimates: string) =>
    `far from the others: pair ${pairs}; an estimate that hardly minds (Hodges and Lehmann): ${estimates}`,
  answers: {
    title: 'equal answers to the same requests',
    what: 'of the answers',
    betweenArms: 'between the arms',
    withinBaseline: 'baseline with itself',
    text: 'text',
    length: 'length',
    finishReason: 'finish reason',
    toolCalls: 'tools called or not',
    agreed: (same: string, of: string, share: string) => `${same} of ${of} (${share})`,
  },
  servers: 'the servers’ own figures',
  recorded: {
    title: 'replayed against recorded, the very same requests',
    note: 'a description, no verdict: the recording had other load and another day',
  },
  budget: {
    title: 'pairs, and time, to find a change four times in five',
    noise: 'noise',
    atMost: 'at most',
    foundNow: 'found now',
    tooMany: 'over 1000',
    step: (pairs: string, time: string) => `${pairs} (${time})`,
    seconds: (n: string) => `${n} s`,
    minutes: (n: string) => `${n} min`,
    hours: (n: string) => `${n} h`,
    note: 'noise is the standard deviation of a pair; plans use its 80 % upper bound, since a short pilot may have been lucky',
  },
  page: {
    title: (after: string, before: string) => `${after} against ${before}`,
    notes: 'Notes',
    pairs: 'Pair by pair',
    figures: 'Figures',
    strip: (cell: string) => `Before and after at ${cell}`,
    pair: (n: string) => `pair ${n}`,
    runs: (before: string, after: string) => `runs ${before} and ${after}`,
  },
};

export type ComparisonWords = typeof englishComparison;
