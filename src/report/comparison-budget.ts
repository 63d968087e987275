import type { MetricBudget } from '../compare/session/budget.ts';
import { cellKey, cellName } from '../model/run.ts';
import type { SessionTable } from './comparison-rows.ts';
import type { Messages } from './messages/messages.ts';

/** What it takes to see changes of each metric. */
export function budgetTable(budget: readonly MetricBudget[], messages: Messages): SessionTable {
  const { comparison: w, metric, quantities: q } = messages;
  const severalCells = new Set(budget.map(({ cell }) => cellKey(cell))).size > 1;
  const effects = budget[0]?.steps.map(({ effect }) => q.short(effect)) ?? [];
  return {
    title: w.budget.title,
    header: [w.metric, w.budget.noise, w.budget.atMost, w.budget.foundNow, ...effects],
    left: new Set([0]),
    rows: budget.map(({ key, cell, sd, sdBound, detectable, steps }) => [
      severalCells ? `${cellName(cell)} ${metric(key)}` : metric(key),
      q.short(sd),
      q.short(sdBound),
      q.short(detectable),
      ...steps.map(({ pairs, seconds }) =>
        pairs === null || seconds === null
          ? w.budget.tooMany
          : w.budget.step(String(pairs), time(seconds, w.budget)),
      ),
    ]),
    notes: [w.budget.note],
  };
}

function time(seconds: number, w: Messages['comparison']['budget']): string {
  if (seconds < 90) return w.seconds(String(Math.ceil(seconds)));
  return seconds < 5_400 ? w.minutes(String(Math.ceil(seconds / 60))) : w.hours((seconds / 3_600).toFixed(1));
}
