import type { PairedComparison } from '../../compare/session/judge-session.ts';
import type { PairedCell, PairedMetricComparison } from '../../compare/session/paired-cell.ts';
import { cellName } from '../../model/run.ts';
import { messagesOf } from '../messages/messages.ts';
import { change } from '../quantities.ts';
import { changeRange } from './comparison-tables.ts';

const english = messagesOf('en');

/** Columns of the scale on each side of "no change". */
const HALF = 20;
/** Ends of the scale, as shares: the smallest that holds the interval, so that it can be seen to narrow. */
const SCALES = [0.05, 0.1, 0.2, 0.5, 1, 2, 5] as const;

/**
 * The state of a session between its interim looks: the primary metric of each cell with its interval, also drawn against
 * no change and the margin. An estimate, and no verdict.
 */
export function estimateLines({ cells, margins }: PairedComparison): readonly string[] {
  return cells.map((cell) => {
    const metric = primaryOf(cell);
    if (metric === undefined) return `${cellName(cell.cell)}  ${english.comparison.noPair}`;
    const strip = intervalStrip(metric, margins[metric.better]);
    return `${figure(cell, metric)}${strip === null ? '' : `  ${strip}`}`;
  });
}

/** The same in one sentence, for a log. */
export function estimateSentence({ cells, look }: PairedComparison): string {
  const figures = cells.map((cell) => {
    const metric = primaryOf(cell);
    return metric === undefined
      ? `${cellName(cell.cell)} ${english.comparison.noPair}`
      : figure(cell, metric);
  });
  const told = figures.join(english.semicolon);
  return look === null ? english.comparison.estimate(told) : told;
}

function primaryOf({ primary, metrics }: PairedCell): PairedMetricComparison | undefined {
  return primary === null ? undefined : metrics[primary];
}

function figure({ cell }: PairedCell, { key, ratio, low, high }: PairedMetricComparison): string {
  const range = low === null ? '' : ` (${changeRange(low, high, english)})`;
  return `${cellName(cell)} ${english.metric(key)} ${change(ratio)}${range}`;
}

/** `-10 % ·····┊··├──●──┤·┊····· +10 %`; null where there is no interval, or none that a scale holds. */
function intervalStrip({ ratio, low, high }: PairedMetricComparison, margin: number): string | null {
  if (low === null || high === null) return null;
  const [from, at, to] = [low - 1, ratio - 1, high - 1];
  const scale = SCALES.find((end) => Math.max(Math.abs(from), Math.abs(to), margin) <= end);
  if (scale === undefined) return null;
  const column = (share: number): number => HALF + Math.round((share / scale) * HALF);
  const strip = Array.from({ length: 2 * HALF + 1 }, () => ' ');
  for (let i = column(from); i <= column(to); i++) strip[i] = '─';
  strip[column(-margin)] = '┊';
  strip[column(margin)] = '┊';
  strip[HALF] = '│';
  strip[column(from)] = '├';
  strip[column(to)] = '┤';
  strip[column(at)] = '●';
  const end = `${scale * 100} %`;
  return `−${end} ${strip.join('')} +${end}`;
}
