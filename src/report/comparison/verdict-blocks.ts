import { CACHE_TOLERANCE } from '../../compare/compare-cell.ts';
import type { Comparison } from '../../compare/compare-runs.ts';
import { MARGIN, type Margins } from '../../compare/compared-metrics.ts';
import type { CellComparison, MetricComparison } from '../../compare/comparison.ts';
import { type Verdict, verdictOfCells } from '../../compare/judge.ts';
import type { ServerDifference } from '../../compare/servers/server-differences.ts';
import type { PairedComparison } from '../../compare/session/judge-session.ts';
import { OF_CLIENT } from '../../measure/invalid-reasons.ts';
import { CACHE_HITS } from '../../measure/metric-table.ts';
import type { RunSummary } from '../../measure/run-summary.ts';
import type { InvalidReason } from '../../model/note.ts';
import { type Cell, cellName } from '../../model/run.ts';
import type { Block, ChangeCell, ChangeGrid, Tone, Trust, VerdictBand } from '../block.ts';
import { reproCommands } from '../environment-facts.ts';
import { rowId } from '../matrix.ts';
import type { Messages } from '../messages/messages.ts';
import { type ComparedLabels, meanOver, sumOver } from '../runs-report.ts';

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

/** Two sides as the first screen shows them, whether they are runs of two labels or a session of pairs. */
interface Compared {
  readonly before: string;
  readonly after: string;
  readonly verdict: Verdict;
  readonly sentence: string;
  readonly cells: readonly CellComparison[];
  readonly changed: readonly ServerDifference[];
  readonly margins: Margins;
  /** Of the intervals, e.g. 0.95. */
  readonly level: number;
  /** Of both sides; none of a session, whose figures are by pair. */
  readonly runs: readonly RunSummary[];
  /** The command that makes it again; null where none is known. */
  readonly repeat: string | null;
}

/** The first screen of two labels or more: the conclusion, then how each judged metric changed at each load. */
export function verdictBlocks(labels: readonly ComparedLabels[], messages: Messages): Block[] {
  const compared = labels.map(
    ({ comparison, changed, runs }): Compared => ({
      ...comparison,
      sentence: messages.conclusion(comparison.conclusion),
      changed,
      margins: MARGIN,
      level: 0.95,
      runs,
      repeat: reproCommands(runs.filter(({ label }) => label === comparison.after).slice(-1))[0] ?? null,
    }),
  );
  const runs = [...new Map(labels.flatMap((one) => one.runs.map((run) => [run.id, run]))).values()];
  const apart = labels.some(({ comparison }) => comparison.notes.some(({ kind }) => kind === 'madeApart'));
  return screen(compared, runsTrust(runs, apart, messages), messages);
}

/** The same of a session of pairs. @param repeat the command that makes it again */
export function sessionVerdictBlocks(
  session: PairedComparison,
  messages: Messages,
  repeat: string | null = null,
): Block[] {
  const compared: Compared = {
    ...session,
    cells: session.cells.map((cell) => ({ ...cell, metrics: primaryFirst(cell.metrics, cell.primary) })),
    sentence: messages.sessionConclusion(session.conclusion),
    changed: session.changes,
    runs: [],
    repeat,
  };
  return screen([compared], sessionTrust(session, messages), messages);
}

const isImported = ({ settings }: RunSummary): boolean => settings.origin !== undefined;

function primaryFirst<T extends object>(metrics: T, primary: string | null): T {
  const entries = Object.entries(metrics);
  return Object.fromEntries([
    ...entries.filter(([key]) => key === primary),
    ...entries.filter(([key]) => key !== primary),
  ]) as T;
}

function screen(compared: readonly Compared[], trust: readonly Trust[], messages: Messages): Block[] {
  const changes = changeGrid(compared, messages);
  return [
    { kind: 'verdict', verdict: verdictBand(compared, trust, messages) },
    ...(changes.rows.length === 0 ? [] : [{ kind: 'changes', changes } as const]),
  ];
}

function verdictBand(
  compared: readonly Compared[],
  trust: readonly Trust[],
  messages: Messages,
): VerdictBand {
  const verdict = verdictOfCells(compared.map((one) => one.verdict));
  const [shown] = compared.toSorted((a, b) => worth(b, verdict) - worth(a, verdict));
  const deciding = shown === undefined ? null : decidingCell(shown);
  return {
    tone: TONES[verdict],
    headline: compared.map((one) => headlineOf(one, messages)).join(messages.semicolon),
    lines:
      shown === undefined
        ? []
        : [
            shown.sentence,
            ...(deciding === null ? [] : tradeText(deciding, messages)),
            // Results of other tools say nothing of the server.
            ...(shown.runs.some(isImported) ? [] : [changedText(shown.changed, messages)]),
            [...carriedText(compared, messages), adviceText(shown, messages)].join(messages.sentence),
          ],
    repeat: compared.at(-1)?.repeat ?? null,
    trust,
    tiles:
      deciding === null
        ? []
        : judged(deciding).map((metric) => ({
            name: `${messages.metric(metric.key)} · ${cellName(deciding.cell)}`,
            tone: TONES[metric.verdict],
            change: messages.quantities.change(metric.ratio),
            figures: figuresOf(metric, messages),
          })),
  };
}

/** `after against before: worse at 100x200; the same at 10x20` */
export function headlineOf(
  { before, after, cells }: Pick<Comparison, 'before' | 'after' | 'cells'>,
  messages: Messages,
): string {
  return messages.verdict.headline(after, before, loadsByTone(cells, messages));
}

const SAID = ['worse', 'better', 'same', 'open'] as const;

function loadsByTone(cells: readonly CellComparison[], messages: Messages): string {
  const { verdict: w, comma, semicolon } = messages;
  const parts = SAID.flatMap((tone) => {
    const loads = cells.filter((cell) => TONES[cell.verdict] === tone && untold(cell).length === 0);
    return loads.length === 0 ? [] : [w.at[tone](loads.map(({ cell }) => cellName(cell)).join(comma))];
  });
  const partly = cells.filter((cell) => untold(cell).length > 0).map((cell) => cellName(cell.cell));
  const all = partly.length === 0 ? parts : [...parts, w.partly(partly.join(comma))];
  return all.length === 0 ? w.noLoad : all.join(semicolon);
}

/** The metrics that alone leave a cell open, where most of the others did not change. */
function untold(cell: CellComparison): readonly MetricComparison[] {
  if (cell.verdict !== 'inconclusive') return [];
  const open = judged(cell).filter(({ verdict }) => TONES[verdict] === 'open');
  const others = judged(cell).length - open.length;
  return others > open.length ? open : [];
}

/** What is said of a load: `worse`, or `no change seen`, and why: `(TTFT p50 inconclusive)`. */
function cellVerdict(cell: CellComparison, messages: Messages): ChangeGrid['rows'][number]['verdict'] {
  const { verdict: w, comma, metric } = messages;
  const tone = TONES[cell.verdict];
  const open = untold(cell).map(({ key }) => metric(key));
  return open.length === 0
    ? { tone, text: w.tones[tone], why: '' }
    : { tone, text: w.noneSeen, why: w.openOf(open.join(comma)) };
}

/** How much a comparison has to say about a verdict: the largest change with it. */
function worth({ cells }: Compared, verdict: Verdict): number {
  return Math.max(0, ...cells.map((cell) => moved(cell, verdict)));
}

function moved(cell: CellComparison, wanted: Verdict): number {
  const logs = judged(cell).map(({ verdict, ratio }) => (verdict === wanted ? Math.abs(Math.log(ratio)) : 0));
  return Math.max(0, ...logs);
}

/** The load where a metric with the comparison's verdict moved most; the last where none has it. */
export function decidingCell({
  cells,
  verdict,
}: Pick<Comparison, 'cells' | 'verdict'>): CellComparison | null {
  return cells.toReversed().toSorted((a, b) => moved(b, verdict) - moved(a, verdict))[0] ?? null;
}

function judged({ metrics }: CellComparison): readonly MetricComparison[] {
  return Object.values(metrics).filter(({ gating }) => gating);
}

/** What the change cost and what it gained at one load. */
function tradeText(cell: CellComparison, messages: Messages): readonly string[] {
  const { verdict: w, comma, metric, quantities: q } = messages;
  const list = (tone: Tone): string =>
    judged(cell)
      .filter(({ verdict }) => TONES[verdict] === tone)
      .map(({ key, ratio }) => `${metric(key)} ${q.change(ratio)}`)
      .join(comma);
  const [cost, gain] = [list('worse'), list('better')];
  return cost === '' && gain === ''
    ? []
    : [w.trade(cellName(cell.cell), cost || w.nothing, gain || w.nothing)];
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
export function lastName(path: string): string {
  return /[^.]+$/.exec(path)?.[0] ?? path;
}

function brief(value: string | null): string {
  if (value === null) return '–';
  return value.length > 40 ? `${value.slice(0, 39)}…` : value;
}

/** The highest rate of each label. */
function carriedText(compared: readonly Compared[], messages: Messages): readonly string[] {
  const { verdict: w, comma, quantities: q } = messages;
  const runs = [...new Set(compared.flatMap((one) => one.runs))].filter(({ valid }) => valid);
  const ofRuns = [
    ...Map.groupBy(runs, ({ label, cell }) => JSON.stringify([label, cellName(cell)])).values(),
  ];
  // The runs of a session are summed up in its cells.
  const rates: readonly Carried[] =
    runs.length === 0
      ? compared.flatMap(ofCells)
      : ofRuns.flatMap((same) =>
          same.slice(0, 1).map(({ label, cell }) => {
            return { label, cell, rate: meanOver(same, (run) => run.servedRequestsPerSec) ?? 0 };
          }),
        );
  const falling = rates.toSorted((a, b) => b.rate - a.rate);
  const best = [...new Set(rates.map(({ label }) => label))].flatMap((label) =>
    falling
      .filter((one) => one.label === label)
      .slice(0, 1)
      .map(({ cell, rate }) => w.most(label, q.rate(rate), cellName(cell))),
  );
  return best.length === 0 ? [] : [w.carries(best.join(comma))];
}

/** What one label served at one load, requests per second. */
interface Carried {
  readonly label: string;
  readonly cell: Cell;
  readonly rate: number;
}

function ofCells({ cells, before, after }: Compared): readonly Carried[] {
  return cells.flatMap(({ cell, metrics: { servedRequestsPerSec: found } }) =>
    found === undefined
      ? []
      : [
          { label: before, cell, rate: found.before },
          { label: after, cell, rate: found.after },
        ],
  );
}

function adviceText({ before, after, verdict, cells, runs }: Compared, messages: Messages): string {
  const { advice } = messages.verdict;
  const loads = (tone: Tone): string =>
    cells
      .filter((cell) => TONES[cell.verdict] === tone)
      .map(({ cell }) => cellName(cell))
      .join(messages.comma);
  switch (verdict) {
    case 'regression':
      return advice.worse(before, loads('worse'));
    case 'improvement':
      return advice.better(after, loads('better'));
    case 'equivalent':
    case 'small':
      return advice.same;
    case 'inconclusive':
      return runs.length === 0 ? advice.morePairs : advice.moreRuns;
    case 'invalid':
      return advice.invalid;
  }
}

/** Reasons that lie with the load generator and not with the server. */
const CLIENT: ReadonlySet<InvalidReason['kind']> = new Set([...OF_CLIENT, 'slowRamp']);

/** What the figures of some runs rest on. @param apart whether the labels ran one after the other; null of one label */
export function runsTrust(
  runs: readonly RunSummary[],
  apart: boolean | null,
  messages: Messages,
): readonly Trust[] {
  const { verdict: w, quantities: q } = messages;
  const valid = runs.filter((run) => run.valid).length;
  const errors = sumOver(runs, (run) => run.errors);
  const slow = runs.some(({ invalidReasons }) => invalidReasons.some(({ kind }) => CLIENT.has(kind)));
  const errorsText = w.errors(q.whole(errors), q.whole(sumOver(runs, ({ requests }) => requests)));
  return [
    { good: valid === runs.length, text: w.valid(valid, runs.length), section: 'tests' },
    ...(apart === null
      ? []
      : [{ good: !apart, text: apart ? w.apart : w.interleaved, section: 'environment' }]),
    cacheTrust(
      runs.flatMap(({ server }) => server?.prefixCache?.hitRate ?? []),
      CACHE_TOLERANCE,
      messages,
    ),
    { good: errors === 0, text: errorsText, section: 'findings' },
    runs.some(isImported)
      ? { good: false, text: w.clientUnknown, section: 'environment' }
      : { good: !slow, text: slow ? w.clientSlow : w.clientFast, section: 'findings' },
  ];
}

/** Hit rates of the arms of a session may differ by this much. */
const PAIR_CACHE_TOLERANCE = 0.01;

function sessionTrust({ cells }: PairedComparison, messages: Messages): readonly Trust[] {
  const { verdict: w } = messages;
  const made = cells.reduce((sum, { before }) => sum + before.runs.length, 0);
  const valid = cells.reduce((sum, { before }) => sum + before.valid, 0);
  const caches = cells.flatMap(({ server }) => server.filter(({ key }) => key === CACHE_HITS));
  const found = cells.flatMap((cell) => cell.invalid);
  return [
    { good: valid === made, text: w.validPairs(valid, made), section: 'figures' },
    { good: true, text: w.interleaved, section: 'pairs' },
    cacheTrust(
      caches.flatMap(({ baseline, candidate }) => [baseline, candidate]),
      PAIR_CACHE_TOLERANCE,
      messages,
    ),
    ...(found.length === 0
      ? [{ good: true, text: w.checksPassed, section: 'notes' }]
      : [{ good: false, text: w.checksFailed(found.length), section: 'figures' }]),
  ];
}

function cacheTrust(
  rates: readonly number[],
  tolerance: number,
  { verdict: w, quantities: q }: Messages,
): Trust {
  const section = 'environment';
  if (rates.length === 0) return { good: false, text: w.cacheUnknown, section };
  const [low, high] = [Math.min(...rates), Math.max(...rates)];
  const [least, most] = [q.percent(low), q.percent(high)];
  return high - low <= tolerance
    ? { good: true, text: w.cacheAlike(most), section }
    : { good: false, text: w.cacheApart(`${least} → ${most}`), section };
}

function changeGrid(compared: readonly Compared[], messages: Messages): ChangeGrid {
  const { verdict: w, quantities: q, metric, comparison } = messages;
  const all = compared.flatMap((one) => one.cells.map((cell) => ({ one, cell })));
  const keys = [...new Set(all.flatMap(({ cell }) => judged(cell).map(({ key }) => key)))];
  const byLoad = [...Map.groupBy(all, ({ cell }) => cellName(cell.cell)).values()].flat();
  const [first] = compared;
  const { margins, level } = first ?? { margins: MARGIN, level: 0.95 };
  return {
    header: [w.load, ...keys.map((key) => metric(key)), comparison.verdict],
    rows: byLoad.map(({ one, cell }) => ({
      load: `${cellName(cell.cell)}${compared.length > 1 ? ` · ${one.after}` : ''}`,
      verdict: cellVerdict(cell, messages),
      link: one.runs.length === 0 ? null : rowId(cellName(cell.cell), one.after),
      cells: keys.map((key) => {
        const found = cell.metrics[key];
        return found === undefined ? null : changeCell(found, one.margins, messages);
      }),
    })),
    // It explains the strips.
    note: keys.length === 0 ? null : w.note(q.short(level), q.short(margins.lower), q.short(margins.higher)),
  };
}

function changeCell(
  metric: MetricComparison & { readonly pairs?: readonly number[] },
  margins: Margins,
  messages: Messages,
): ChangeCell {
  const { verdict: w, quantities: q } = messages;
  const { ratio, low, high, better, pairs = [] } = metric;
  const tone = TONES[metric.verdict];
  return {
    tone,
    word: w.tones[tone],
    change: q.change(ratio),
    interval: low === null || high === null ? '' : `[${q.change(low)}, ${q.change(high)}]`,
    figures: figuresOf(metric, messages),
    ratio,
    low,
    high,
    margin: margins[better],
    pairs,
  };
}

function figuresOf({ unit, before, after }: MetricComparison, { quantities: q }: Messages): string {
  return `${q.figure(unit, before)} → ${q.figure(unit, after)}`;
}
