import { CACHE_TOLERANCE } from '../../compare/compare-cell.ts';
import { MARGIN } from '../../compare/compared-metrics.ts';
import type { CellComparison, MetricComparison } from '../../compare/comparison.ts';
import type { Verdict } from '../../compare/judge.ts';
import type { ServerDifference } from '../../compare/servers/server-differences.ts';
import { OF_CLIENT } from '../../measure/invalid-reasons.ts';
import type { RunSummary } from '../../measure/run-summary.ts';
import type { InvalidReason } from '../../model/note.ts';
import { cellName } from '../../model/run.ts';
import type { Block, ChangeCell, ChangeGrid, Tone, VerdictBand } from '../block.ts';
import type { Messages } from '../messages/messages.ts';
import { type ComparedLabels, sumOver } from '../runs-report.ts';

/** What each verdict of a comparison means to a reader. */
export const TONES: Readonly<Record<Verdict, Tone>> = {
  regression: 'worse',
  improvement: 'better',
  equivalent: 'same',
  small: 'same',
  inconclusive: 'open',
  invalid: 'open',
};

/** Settings that the first screen names; the rest are counted. */
const NAMED_SETTINGS = 3;

/** The first screen of a report of two labels: the conclusion, then how each judged metric changed at each load. */
export function verdictBlocks(
  compared: ComparedLabels,
  runs: readonly RunSummary[],
  messages: Messages,
): Block[] {
  const { comparison } = compared;
  const changes = changeGrid(comparison.cells, messages);
  return [
    { kind: 'verdict', verdict: verdictBand(compared, runs, messages) },
    ...(changes.rows.length === 0 ? [] : [{ kind: 'changes', changes } as const]),
  ];
}

function verdictBand(
  { comparison, changed }: ComparedLabels,
  runs: readonly RunSummary[],
  messages: Messages,
): VerdictBand {
  const { before, after, verdict, conclusion, cells } = comparison;
  const deciding = decidingCell(cells, verdict);
  return {
    tone: TONES[verdict],
    headline: messages.verdict.headline(after, before, loadsByTone(cells, messages)),
    lines: [messages.conclusion(conclusion), changedText(changed, messages)],
    trust: trustOf(comparison, runs, messages),
    tiles:
      deciding === null
        ? []
        : judged(deciding).map((metric) => ({
            name: `${messages.metric(metric.key)} · ${cellName(deciding.cell)}`,
            tone: TONES[metric.verdict],
            change: messages.quantities.effect(metric.ratio),
            figures: figuresOf(metric, messages),
          })),
  };
}

/** `worse at 100x200; the same at 10x20, 10x100`: the strongest first. */
export function loadsByTone(
  cells: readonly CellComparison[],
  { verdict: w, comma, semicolon }: Messages,
): string {
  const parts = (['worse', 'better', 'same', 'open'] as const).flatMap((tone) => {
    const loads = cells.filter((cell) => TONES[cell.verdict] === tone).map(({ cell }) => cellName(cell));
    return loads.length === 0 ? [] : [w.at[tone](loads.join(comma))];
  });
  return parts.length === 0 ? w.noLoad : parts.join(semicolon);
}

/** The load where a metric with the comparison's verdict moved most; the last where none has it. */
function decidingCell(cells: readonly CellComparison[], verdict: Verdict): CellComparison | null {
  const moved = (cell: CellComparison): number =>
    Math.max(
      0,
      ...judged(cell).map((metric) => (metric.verdict === verdict ? Math.abs(Math.log(metric.ratio)) : 0)),
    );
  return cells.toReversed().toSorted((a, b) => moved(b) - moved(a))[0] ?? null;
}

function judged({ metrics }: CellComparison): readonly MetricComparison[] {
  return Object.values(metrics).filter(({ gating }) => gating);
}

function changedText(
  changed: readonly ServerDifference[],
  { verdict: w, comparison, comma }: Messages,
): string {
  if (changed.length === 0) return w.changedNothing;
  const named = changed
    .slice(0, NAMED_SETTINGS)
    .map(({ name, baseline, candidate }) => `${lastName(name)} ${brief(baseline)} → ${brief(candidate)}`);
  const rest = changed.length - named.length;
  return w.changed([...named, ...(rest > 0 ? [comparison.more(String(rest))] : [])].join(comma));
}

/** `scheduler_config.max_num_seqs` is `max_num_seqs` to a reader. */
function lastName(path: string): string {
  return /[^.]+$/.exec(path)?.[0] ?? path;
}

function brief(value: string | null): string {
  if (value === null) return '–';
  return value.length > 40 ? `${value.slice(0, 39)}…` : value;
}

/** Reasons that lie with the load generator and not with the server. */
const CLIENT: ReadonlySet<InvalidReason['kind']> = new Set([...OF_CLIENT, 'slowRamp']);

function trustOf(
  { notes }: ComparedLabels['comparison'],
  runs: readonly RunSummary[],
  { verdict: w, quantities: q }: Messages,
): VerdictBand['trust'] {
  const valid = runs.filter((run) => run.valid).length;
  const apart = notes.some(({ kind }) => kind === 'madeApart');
  const errors = sumOver(runs, (run) => run.errors);
  const slow = runs.some(({ invalidReasons }) => invalidReasons.some(({ kind }) => CLIENT.has(kind)));
  const errorsText = w.errors(q.whole(errors), q.whole(sumOver(runs, ({ requests }) => requests)));
  return [
    { good: valid === runs.length, text: w.valid(valid, runs.length), section: 'tests' },
    { good: !apart, text: apart ? w.apart : w.interleaved, section: 'verdict' },
    cacheTrust(runs, { w, q }),
    { good: errors === 0, text: errorsText, section: 'findings' },
    { good: !slow, text: slow ? w.clientSlow : w.clientFast, section: 'findings' },
  ];
}

function cacheTrust(
  runs: readonly RunSummary[],
  { w, q }: { readonly w: Messages['verdict']; readonly q: Messages['quantities'] },
): VerdictBand['trust'][number] {
  const rates = runs.flatMap(({ server }) => server?.prefixCache?.hitRate ?? []);
  const section = 'limits';
  if (rates.length === 0) return { good: false, text: w.cacheUnknown, section };
  const [low, high] = [Math.min(...rates), Math.max(...rates)];
  const [least, most] = [q.percent(low), q.percent(high)];
  return high - low <= CACHE_TOLERANCE
    ? { good: true, text: w.cacheAlike(most), section }
    : { good: false, text: w.cacheApart(`${least} → ${most}`), section };
}

function changeGrid(cells: readonly CellComparison[], messages: Messages): ChangeGrid {
  const { verdict: w, quantities: q, metric } = messages;
  const keys = [...new Set(cells.flatMap((cell) => judged(cell).map(({ key }) => key)))];
  return {
    header: [w.load, ...keys.map((key) => metric(key))],
    rows: cells.map((cell) => ({
      load: cellName(cell.cell),
      cells: keys.map((key) => {
        const found = cell.metrics[key];
        return found === undefined ? null : changeCell(found, messages);
      }),
    })),
    note: w.note(q.short(0.95), q.short(MARGIN.lower), q.short(MARGIN.higher)),
  };
}

function changeCell(metric: MetricComparison, messages: Messages): ChangeCell {
  const { verdict: w, quantities: q } = messages;
  const { ratio, low, high, better } = metric;
  const tone = TONES[metric.verdict];
  return {
    tone,
    word: w.tones[tone],
    change: q.effect(ratio),
    interval: low === null || high === null ? '' : `[${q.effect(low)}, ${q.effect(high)}]`,
    figures: figuresOf(metric, messages),
    ratio,
    low,
    high,
    margin: MARGIN[better],
  };
}

function figuresOf({ unit, before, after }: MetricComparison, { quantities: q }: Messages): string {
  const value = (amount: number): string => (unit === 'ms' ? q.duration(amount) : q.rate(amount));
  return `${value(before)} → ${value(after)}`.replace(/ (?=[µm]?s\b|min)/g, '\u00a0');
}
