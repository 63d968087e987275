import { shortPercent } from '../compare/percentages.ts';
import type { MetricBudget } from '../compare/session/budget.ts';
import type { SessionTable } from './comparison-rows.ts';

/** What it takes to see changes of each metric. */
export function budgetTable(budget: readonly MetricBudget[]): SessionTable {
  const effects = budget[0]?.steps.map(({ effect }) => shortPercent(effect)) ?? [];
  return {
    title: 'pairs, and time, to find a change four times in five',
    header: ['metric', 'noise', 'at most', 'found now', ...effects],
    left: new Set([0]),
    rows: budget.map(({ title, sd, sdBound, detectable, steps }) => [
      title,
      shortPercent(sd),
      shortPercent(sdBound),
      shortPercent(detectable),
      ...steps.map(({ pairs, seconds }) =>
        pairs === null || seconds === null ? 'over 1000' : `${pairs} (${time(seconds)})`,
      ),
    ]),
    notes: [
      'noise is the standard deviation of a pair; plans use its 80 % upper bound, since a short pilot may have been lucky',
    ],
  };
}

function time(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5_400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
