import type { Caveats, ToolFigures } from '../measure/as/answer-events.ts';
import { cellName, type Run } from '../model/run.ts';
import { type Messages, messagesOf } from './messages/messages.ts';
import { alignTable, safeText } from './plain-text.ts';
import { NONE } from './quantities.ts';

/** A run's figures by another tool's definitions as a table: a row for each of its metrics, a column for each figure. */
export function toolText(
  tool: string,
  { id, label, cell, target }: Run,
  { metrics, caveats }: ToolFigures,
  messages: Messages = messagesOf('en'),
): string {
  const { tools: w } = messages;
  const rows = Object.entries(metrics).map(([name, value]) => ({ name, figures: figuresOf(value) }));
  const columns = [...new Set(rows.flatMap(({ figures }) => [...figures.keys()]))];
  const table = alignTable({
    header: [messages.comparison.metric, ...columns],
    left: new Set([0]),
    rows: rows.map(({ name, figures }) => [name, ...columns.map((column) => figures.get(column) ?? '')]),
  });
  const about = w.about(id, label, cellName(cell), target, tool);
  return [safeText(about), '\n', table, ...caveatLines(caveats, w).map((line) => `  ${line}\n`)].join('');
}

/** The figures of one metric by their innermost names; those of a tool that has one each are its `value`. */
function figuresOf(value: unknown, name = 'value'): ReadonlyMap<string, string> {
  if (typeof value === 'object' && value !== null) {
    return new Map(Object.entries(value).flatMap(([inner, part]) => [...figuresOf(part, inner)]));
  }
  return new Map([
    [name, typeof value === 'number' ? String(Number(value.toFixed(3))) : String(value ?? NONE)],
  ]);
}

/** How the tool's own run would have differed, one line each. */
function caveatLines({ aborted, plain, countedTokens }: Caveats, w: Messages['tools']): readonly string[] {
  return [
    ...(aborted > 0 ? [w.cut(aborted)] : []),
    ...(plain > 0 ? [w.nonStreaming(plain)] : []),
    ...(countedTokens > 0 ? [w.countedTokens(countedTokens)] : []),
  ];
}
