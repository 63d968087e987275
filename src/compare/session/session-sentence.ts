import { cellName, isOpenCell } from '../../model/run.ts';
import { change, percent, percentRange, shortPercent } from '../percentages.ts';
import { FEWEST_PAIRS } from '../statistics/power.ts';
import type { PairedCell, PairedMetricComparison } from './paired-comparison.ts';
import { type Figure, type SessionFigures, sessionClaim } from './session-claim.ts';

/** What getting worse and getting better are called, by metric. */
const WORDS: Readonly<
  Record<string, { readonly worse: string; readonly better: string; readonly by: string }>
> = {
  tpot: { worse: 'slower per token', better: 'faster per token', by: 'per token' },
  ttft: { worse: 'slower to the first token', better: 'faster to the first token', by: 'to the first token' },
  e2el: { worse: 'slower per request', better: 'faster per request', by: 'per request' },
  longestStall: {
    worse: 'slower in its longest stalls',
    better: 'faster in its longest stalls',
    by: 'in its longest stalls',
  },
  servedOutputTokensPerSec: {
    worse: 'lower in throughput',
    better: 'higher in throughput',
    by: 'in throughput',
  },
};

/** A session in one sentence, with the figure that carries it. */
export function sessionSentence(session: SessionFigures): string {
  const { kind, figure, beside } = sessionClaim(session);
  switch (kind) {
    case 'invalid':
      return `no verdict: ${firstInvalid(session) ?? 'nothing could be measured'}`;
    case 'estimate':
      return figure === undefined
        ? 'no pair is valid yet'
        : `no verdict yet, an estimate: ${claim(session, figure)}`;
    case 'regression':
      return `${claim(session, figure)}${besides(beside)}`;
    case 'improvement':
      return claim(session, figure);
    case 'equivalent':
      return equivalent(session, figure);
    case 'small':
      return small(session, figure);
    case 'inconclusive':
      return inconclusive(session, figure);
  }
}

function firstInvalid({ cells }: SessionFigures): string | undefined {
  return cells.flatMap(({ invalid }) => invalid)[0]?.message;
}

/** `candidate is 4.8 % slower per token (TPOT, 95 % interval 3.9 to 5.7 %, 6 pairs, 20 connections)` */
function claim(session: SessionFigures, figure: Figure | undefined, more = ''): string {
  if (figure === undefined) return `${session.after} differs from ${session.before}, see the figures`;
  const { key, metric } = figure;
  const worse = metric.ratio > 1 === (metric.better === 'lower');
  const word = WORDS[key]?.[worse ? 'worse' : 'better'] ?? `${worse ? 'worse' : 'better'} by ${metric.title}`;
  const amount = percent(Math.abs(metric.ratio - 1));
  return `${session.after} is ${amount} ${word}${more} (${evidence(session, figure, metric.ratio < 1)})`;
}

/** @param flipped the interval is turned the way the sentence goes: how much faster rather than how much more */
function evidence({ level }: SessionFigures, { metric, cell }: Figure, flipped = false): string {
  const { low, high } = metric;
  const interval = low === null || high === null ? [] : [range(level, low, high, flipped)];
  return [metric.title, ...interval, ...place(metric, cell)].join(', ');
}

function range(level: number, low: number, high: number, flipped: boolean): string {
  const ends = flipped ? percentRange(1 - high, 1 - low) : percentRange(low - 1, high - 1);
  return `${shortPercent(level)} interval ${ends}`;
}

function place({ pairs }: PairedMetricComparison, { cell }: PairedCell): readonly string[] {
  const where = isOpenCell(cell) ? cellName(cell) : `${cell.connections} connections`;
  return [`${pairs.length} pairs`, where];
}

/** Improvements beside a regression must not go unsaid. */
function besides(figure: Figure | undefined): string {
  return figure === undefined
    ? ''
    : `, though better by another measure (${figure.metric.title} ${change(figure.metric.ratio)})`;
}

function equivalent(session: SessionFigures, figure: Figure | undefined): string {
  const bounds = figure?.metric.equivalence;
  if (figure === undefined || bounds == null) return `${session.after} is as fast as ${session.before}`;
  const { key, metric, cell } = figure;
  const told = [
    metric.title,
    range(2 * session.level - 1, bounds.low, bounds.high, false),
    ...place(metric, cell),
  ];
  const margin = shortPercent(session.margins[metric.better]);
  return `${session.after} is as fast as ${session.before} ${by(key)}: any difference is below ${margin} (${told.join(', ')})`;
}

function small(session: SessionFigures, figure: Figure | undefined): string {
  const margin =
    figure === undefined
      ? ''
      : `, less than the margin of ${shortPercent(session.margins[figure.metric.better])}`;
  return claim(session, figure, margin);
}

function inconclusive(session: SessionFigures, figure: Figure | undefined): string {
  const { before, after, margins } = session;
  if (figure === undefined) return `it is open whether ${after} is slower or faster than ${before}`;
  const { key, metric } = figure;
  const { detectable, pairsNeeded } = metric;
  if (detectable === null) return `a verdict on ${after} wants ${FEWEST_PAIRS} pairs at least`;
  const more = pairsNeeded === null ? 'too many more' : `${pairsNeeded} more`;
  return (
    `it is open whether ${after} is slower or faster than ${before} ${by(key)} (${evidence(session, figure)}): ` +
    `so many pairs could show a change of ${percent(detectable)}, and a verdict by the margin of ` +
    `${shortPercent(margins[metric.better])} takes ${more}`
  );
}

function by(key: string): string {
  return WORDS[key]?.by ?? '';
}
