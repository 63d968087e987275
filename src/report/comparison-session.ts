import { shortPercent } from '../compare/percentages.ts';
import type {
  PairedCell,
  PairedComparison,
  PairedMetricComparison,
} from '../compare/session/paired-comparison.ts';
import { cellName } from '../model/run.ts';
import { answerTable, recordedTable, serverTable } from './comparison-beside.ts';
import { figureCells, type SessionTable, VERDICT_WORDS, verdictCell } from './comparison-rows.ts';
import { change } from './quantities.ts';

/** More differences than these are only counted. */
const DIFFERENCES_TOLD = 12;

/** What is said below the sentence. */
export function sessionNotes({ look, level, notes }: PairedComparison): readonly string[] {
  if (look === null || look.of === 1) return notes;
  const alpha = shortPercent(1 - level);
  return [`look ${look.number} of ${look.of}, at ${look.pairs} pairs, with a level of ${alpha}`, ...notes];
}

/** All tables of a session, in the order in which they are read. */
export function sessionTables(session: PairedComparison): readonly SessionTable[] {
  return [...differences(session), ...session.cells.flatMap((cell) => cellTables(session, cell))];
}

function differences({ changes, before, after }: PairedComparison): readonly SessionTable[] {
  if (changes.length === 0) return [];
  const more = changes.length - DIFFERENCES_TOLD;
  return [
    {
      title: 'what differs, by the servers’ own words',
      header: ['setting', before, after],
      left: new Set([0, 1, 2]),
      rows: changes
        .slice(0, DIFFERENCES_TOLD)
        .map(({ name, baseline, candidate }) => [name, baseline ?? '–', candidate ?? '–']),
      notes: more > 0 ? [`and ${more} more`] : [],
    },
  ];
}

function cellTables(session: PairedComparison, cell: PairedCell): readonly SessionTable[] {
  return [
    metricTable(session, cell),
    ...answerTable(cell),
    ...serverTable(session, cell),
    ...recordedTable(session, cell),
  ];
}

function metricTable({ before, after, level }: PairedComparison, cell: PairedCell): SessionTable {
  const pairs = cell.before.runs.length;
  const made =
    cell.before.valid === pairs ? `${pairs} pairs` : `${cell.before.valid} valid of ${pairs} pairs`;
  return {
    title: `${cellName(cell.cell)}: ${VERDICT_WORDS[cell.verdict]} (${made})`,
    header: [
      'metric',
      before,
      after,
      'change',
      `${shortPercent(level)} interval`,
      'p',
      'sign-flip p',
      'verdict',
    ],
    left: new Set([0, 7]),
    rows: Object.values(cell.metrics).map(metricRow),
    notes: [
      ...cell.invalid.map(({ message }) => `not valid: ${message}`),
      ...cell.notes,
      ...pairNotes(cell),
      ...outlierNotes(cell),
    ],
  };
}

function metricRow(metric: PairedMetricComparison): readonly string[] {
  return [...figureCells(metric), probability(metric.p), probability(metric.signFlipP), verdictCell(metric)];
}

/** The primary metric pair by pair: what the interval stands on. */
function pairNotes({ metrics, primary }: PairedCell): readonly string[] {
  const metric = primary === null ? undefined : metrics[primary];
  return metric === undefined
    ? []
    : [`${metric.title}, pair by pair: ${metric.pairs.map(change).join(', ')}`];
}

/** Estimates that an outlying pair hardly moves, beside those that it does. */
function outlierNotes({ metrics }: PairedCell): readonly string[] {
  const outlying = Object.values(metrics).filter(({ gating, robustRatio }) => gating && robustRatio !== null);
  const byPairs = Map.groupBy(outlying, ({ outlyingPairs }) => outlyingPairs.join(' and '));
  return [...byPairs].map(([pairs, same]) => {
    const estimates = same.map(({ title, robustRatio }) => `${title} ${change(robustRatio)}`).join(', ');
    return `far from the others: pair ${pairs}; an estimate that hardly minds (Hodges and Lehmann): ${estimates}`;
  });
}

function probability(p: number | null): string {
  if (p === null) return '–';
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}
