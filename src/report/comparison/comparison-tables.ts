import type { Comparison } from '../../compare/compare-runs.ts';
import type { CellComparison, MetricComparison } from '../../compare/comparison.ts';
import type { ComparisonNote } from '../../compare/comparison-note.ts';
import type { MetricBudget } from '../../compare/session/budget.ts';
import { cellKey, cellName } from '../../model/run.ts';
import { type Block, tableBlock } from '../block.ts';
import { capital } from '../markdown-page.ts';
import { rowId } from '../matrix.ts';
import type { Messages } from '../messages/messages.ts';
import { NONE } from '../quantities.ts';

/** A table of a comparison, a session or a budget; columns of `left` hold words. */
export interface ComparisonTable {
  readonly title: string;
  readonly header: readonly string[];
  readonly left: ReadonlySet<number>;
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
  /** The address of its first row on a page, if any. */
  readonly id?: string;
}

/** The same as a part of a page. */
export function comparisonBlock({ title, header, left, rows, notes, id }: ComparisonTable): Block {
  const ids = id === undefined ? [] : [id];
  return tableBlock({ caption: capital(title), header, left, rows, ids }, notes);
}

/** A table for each cell; the last column of a metric that only describes is in parentheses. */
export function comparisonTables(
  { cells, before, after }: Comparison,
  messages: Messages,
): readonly ComparisonTable[] {
  const { comparison: w, quantities: q } = messages;
  return cells.map((cell, i) => ({
    title: cellTitle(cell, before, after, w),
    header: [w.metric, w.before, w.after, w.change, w.interval(q.short(0.95)), w.verdict],
    left: new Set([0, 5]),
    rows: Object.values(cell.metrics).map((metric) => [
      ...figureCells(metric, messages),
      verdictCell(metric, messages),
    ]),
    // Said once, of all.
    notes: [...(i === 0 ? [w.inParentheses] : []), ...noteTexts(cell.notes, messages)],
    id: rowId(cellName(cell.cell), after),
  }));
}

/** Notes in words; runs that are left out for reasons of the same kinds are one. */
export function noteTexts(notes: readonly ComparisonNote[], messages: Messages): readonly string[] {
  const { comparison: w, comma, note } = messages;
  const left = notes.filter((one) => one.kind === 'runLeftOut');
  const alike = Map.groupBy(left, ({ reasons }) => reasons.map(({ kind }) => kind).join());
  const together = [...alike.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    const runs = [first, ...more].map(({ run }) => run).join(comma);
    const reasons = messages.reasons(first.reasons);
    return more.length === 0 ? [note(first)] : [w.runsLeftOut(runs, String(first.run), reasons)];
  });
  return [...together, ...notes.filter(({ kind }) => kind !== 'runLeftOut').map(note)];
}

function cellTitle(
  { cell, before, after, verdict }: CellComparison,
  nameBefore: string,
  nameAfter: string,
  w: Messages['comparison'],
): string {
  const made = w.validRuns(before.valid, nameBefore, after.valid, nameAfter);
  return w.cell(cellName(cell), w.verdicts[verdict], made);
}

/** A metric's name, both sides, the change and its interval. */
export function figureCells(
  { key, unit, before, after, ratio, low, high }: MetricComparison,
  messages: Messages,
): readonly string[] {
  const { metric, quantities: q } = messages;
  const sides = [q.figure(unit, before), q.figure(unit, after)];
  return [metric(key), ...sides, q.change(ratio), changeRange(low, high, messages)];
}

/** In parentheses where the metric only describes. */
export function verdictCell({ verdict, gating }: MetricComparison, { comparison: w }: Messages): string {
  const text = verdict === 'invalid' ? w.notComparable : w.verdicts[verdict];
  return gating ? text : w.descriptive(text);
}

/** An interval of ratios as changes; a dash without an interval. */
export function changeRange(
  low: number | null,
  high: number | null,
  { comparison, quantities: q }: Messages,
): string {
  return low === null || high === null ? NONE : comparison.range(q.change(low), q.change(high));
}

/** What it takes to see changes of each metric. */
export function budgetTable(budget: readonly MetricBudget[], messages: Messages): ComparisonTable {
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
