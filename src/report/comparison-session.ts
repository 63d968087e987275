import type {
  PairedCell,
  PairedComparison,
  PairedMetricComparison,
} from '../compare/session/paired-comparison.ts';
import { cellName } from '../model/run.ts';
import { answerTable, recordedTable, serverTable } from './comparison-beside.ts';
import { figureCells, type SessionTable, verdictCell } from './comparison-rows.ts';
import type { Messages } from './messages/messages.ts';
import { NONE } from './quantities.ts';

/** More differences than these are only counted. */
const DIFFERENCES_TOLD = 12;

/** What is said below the sentence. */
export function sessionNotes(
  { look, level, notes }: PairedComparison,
  { comparison: w, note, quantities: q }: Messages,
): readonly string[] {
  const told = notes.map(note);
  if (look === null || look.of === 1) return told;
  const { number, of, pairs } = look;
  return [w.look(number, of, pairs, q.short(1 - level)), ...told];
}

/** All tables of a session, in the order in which they are read. */
export function sessionTables(session: PairedComparison, messages: Messages): readonly SessionTable[] {
  return [
    ...differences(session, messages),
    ...session.cells.flatMap((cell) => [
      metricTable(session, cell, messages),
      ...answerTable(cell, messages),
      ...serverTable(session, cell, messages),
      ...recordedTable(session, cell, messages),
    ]),
  ];
}

function differences(
  { changes, before, after }: PairedComparison,
  { comparison: w }: Messages,
): readonly SessionTable[] {
  if (changes.length === 0) return [];
  const more = changes.length - DIFFERENCES_TOLD;
  return [
    {
      title: w.differences,
      header: [w.setting, before, after],
      left: new Set([0, 1, 2]),
      rows: changes
        .slice(0, DIFFERENCES_TOLD)
        .map(({ name, baseline, candidate }) => [name, baseline ?? NONE, candidate ?? NONE]),
      notes: more > 0 ? [w.more(String(more))] : [],
    },
  ];
}

function metricTable(
  { before, after, level }: PairedComparison,
  cell: PairedCell,
  messages: Messages,
): SessionTable {
  const { comparison: w, note, invalidity, quantities: q } = messages;
  const [pairs, valid] = [cell.before.runs.length, cell.before.valid];
  const made = valid === pairs ? w.pairs(pairs) : w.validPairs(valid, pairs);
  return {
    title: w.cell(cellName(cell.cell), w.verdicts[cell.verdict], made),
    header: [w.metric, before, after, w.change, w.interval(q.short(level)), w.p, w.signFlipP, w.verdict],
    left: new Set([0, 7]),
    rows: Object.values(cell.metrics).map((metric) => metricRow(metric, messages)),
    notes: [
      ...cell.invalid.map((found) => w.notValid(invalidity(found))),
      ...cell.notes.map(note),
      ...pairNotes(cell, messages),
      ...outlierNotes(cell, messages),
    ],
  };
}

function metricRow(metric: PairedMetricComparison, messages: Messages): readonly string[] {
  return [
    ...figureCells(metric, messages),
    probability(metric.p),
    probability(metric.signFlipP),
    verdictCell(metric, messages),
  ];
}

/** The primary metric pair by pair: what the interval stands on. */
function pairNotes({ metrics, primary }: PairedCell, messages: Messages): readonly string[] {
  const metric = primary === null ? undefined : metrics[primary];
  if (metric === undefined) return [];
  const changes = metric.pairs.map(messages.quantities.change).join(messages.comma);
  return [messages.comparison.pairByPair(messages.metric(metric.key), changes)];
}

/** Estimates that an outlying pair hardly moves, beside those that it does. */
function outlierNotes({ metrics }: PairedCell, messages: Messages): readonly string[] {
  const { comparison: w, comma, quantities: q } = messages;
  const outlying = Object.values(metrics).filter(({ gating, robustRatio }) => gating && robustRatio !== null);
  const byPairs = Map.groupBy(outlying, ({ outlyingPairs }) => outlyingPairs.join(comma));
  return [...byPairs].map(([pairs, same]) => {
    const estimates = same.map(({ key, robustRatio }) => `${messages.metric(key)} ${q.change(robustRatio)}`);
    return w.outlying(pairs, estimates.join(comma));
  });
}

function probability(p: number | null): string {
  if (p === null) return NONE;
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}
