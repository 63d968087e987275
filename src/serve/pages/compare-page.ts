import { MARGIN, RUN_METRICS, valueOfRun } from '../../compare/compared-metrics.ts';
import type { MetricComparison } from '../../compare/comparison.ts';
import { geometricMean } from '../../compare/statistics/averages.ts';
import { CACHE_HITS } from '../../measure/metric-table.ts';
import { type Cell, cellKey, cellName } from '../../model/run.ts';
import {
  type Block,
  section as blockSection,
  plotsBlock,
  type Section,
  tableBlock,
  texts,
} from '../../report/block.ts';
import { comparisonBlock, comparisonTables } from '../../report/comparison/comparison-tables.ts';
import { verdictBlocks } from '../../report/comparison/verdict-blocks.ts';
import { instant } from '../../report/environment-facts.ts';
import { comparisonDocument } from '../../report/json.ts';
import type { Language } from '../../report/messages/languages.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import type { Plot, Strip } from '../../report/plot/chart.ts';
import { changeAxis } from '../../report/plot/draw-strip.ts';
import { el, type Markup, text } from '../../report/plot/markup.ts';
import { runPairPlots } from '../../report/plots/pairs-plot.ts';
import { NONE } from '../../report/quantities.ts';
import { groupRuns } from '../../report/runs-report.ts';
import { ALL_RUNS, addressOf } from '../address.ts';
import { wordsOf } from '../frame.ts';
import { type Column, link, listTable, section } from '../listing.ts';
import type { Compared, ComparedSide } from '../shelf.ts';
import { barePage, type Content, commandOf } from './content.ts';

/** Two sides against each other, or three and more as a trend. What differs comes before any colour. */
export function comparePage({ sides, against }: Compared, toolVersion: string, language: Language): Content {
  const w = wordsOf(language);
  const [first, second] = sides;
  if (first === undefined || second === undefined) return chooseTwo(toolVersion, language);
  const two = sides.length === 2;
  const title = two ? w.against(second.name, first.name) : w.trendTitle(first.name, String(sides.length - 1));
  const sections = [
    { id: 'differs', title: w.differs, blocks: differences({ sides, against }, language) },
    ...(two ? judged({ sides, against }, language) : [trend({ sides, against }, language)]),
  ];
  const oneTape = sides.every(({ tape }) => tape === first.tape);
  return {
    page: { ...barePage({ language, toolVersion }, title, leadOf(sides, language)), sections },
    more: section('sides', w.runs, runsOf(sides, language)),
    command: two && oneTape ? commandOf('compare', first.path, first.runs, second.runs) : null,
    json: {
      sides: sides.map(({ name, tape, runs, ids }) => ({
        name,
        tape,
        runs,
        ids,
      })),
      against: against.map(({ comparison, ...rest }) => ({
        ...comparisonDocument(comparison),
        differs: rest,
      })),
    },
  };
}

function chooseTwo(toolVersion: string, language: Language): Content {
  const w = wordsOf(language);
  const home = addressOf({ kind: 'home', query: ALL_RUNS }, language);
  return {
    page: barePage({ language, toolVersion }, w.compareTitle, [w.chooseTwo]),
    more: el('p', {}, link(home, w.toHome)),
    command: null,
    json: { sides: [], against: [] },
  };
}

function leadOf(sides: readonly ComparedSide[], language: Language): readonly string[] {
  const w = wordsOf(language);
  const { semicolon, colon } = messagesOf(language);
  return [
    sides.map(({ name, summaries }) => `${name}${colon}${w.runsText(summaries.length)}`).join(semicolon),
  ];
}

/** The runs in the order of time, with what the verdict rests on. */
function runsOf(sides: readonly ComparedSide[], language: Language): Markup {
  const w = wordsOf(language);
  const messages = messagesOf(language);
  const { quantities: q } = messages;
  const rows = sides
    .flatMap((side) => side.summaries.map((run, i) => ({ side, run, id: side.ids[i] ?? run.id })))
    .toSorted((a, b) => a.run.startedAt.localeCompare(b.run.startedAt));
  const columns: readonly Column<(typeof rows)[number]>[] = [
    {
      head: text(w.run),
      word: true,
      cell: ({ side: { tape }, id }) =>
        link(addressOf({ kind: 'report', side: { tape, runs: String(id) } }, language), String(id)),
    },
    {
      head: text(w.side),
      word: true,
      cell: ({ side }) => link(addressOf({ kind: 'report', side }, language), side.name),
    },
    { head: text(w.load), word: true, cell: ({ run }) => text(cellName(run.cell)) },
    { head: text(w.started), cell: ({ run }) => text(instant(run.startedAt).replace(' UTC', '')) },
    { head: text(w.requests), cell: ({ run }) => text(q.whole(run.requests)) },
    { head: text(w.errors), cell: ({ run }) => text(q.whole(run.errors)) },
    {
      head: text(messages.column(CACHE_HITS, 'value')),
      cell: ({ run }) => text(q.percent(run.server?.prefixCache?.hitRate ?? null)),
    },
    {
      head: text(w.valid),
      word: true,
      cell: ({ run }) =>
        run.valid
          ? text(w.yes)
          : el(
              'span',
              { class: 'problem' },
              text(`${w.no}${messages.colon}${messages.reasons(run.invalidReasons)}`),
            ),
    },
  ];
  return listTable(w.runs, columns, rows);
}

/** Settings and servers, side by side, one row a difference. */
function differences({ sides, against }: Compared, language: Language): Block[] {
  const w = wordsOf(language);
  const { comparison: words, colon } = messagesOf(language);
  const [first] = sides;
  return against.flatMap(({ settings, servers }, i): Block[] => {
    const name = sides[i + 1]?.name ?? '';
    const header = [words.setting, first?.name ?? '', name];
    const left = new Set([0, 1, 2]);
    const table = (caption: string, rows: readonly (readonly string[])[]): Block =>
      tableBlock({ caption, header, rows, left });
    const ofSettings = settings.map(({ option, before, after }) => [
      option ?? w.requestsThemselves,
      before,
      after,
    ]);
    const ofServers = (servers ?? []).map((one) => [
      one.name,
      shortened(one.baseline),
      shortened(one.candidate),
    ]);
    return [
      ...(sides.length > 2 ? [{ kind: 'title', text: name } as const] : []),
      ...(ofSettings.length === 0
        ? texts([`${w.settings}${colon}${w.nothingDiffers}`])
        : [table(w.settings, ofSettings)]),
      ...(ofServers.length === 0
        ? texts([`${w.servers}${colon}${servers === null ? w.serversUnknown : w.nothingDiffers}`])
        : [table(w.servers, ofServers)]),
    ];
  });
}

/** Longer values are documents. */
const LONGEST_VALUE = 120;

function shortened(value: string | null): string {
  if (value === null) return NONE;
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE - 1)}…` : value;
}

/** The conclusion, the figures behind it, and the pairs where runs were made in turn. */
function judged({ sides, against }: Compared, language: Language): readonly Section[] {
  const w = wordsOf(language);
  const messages = messagesOf(language);
  const [found] = against;
  if (found === undefined) return [];
  const { comparison, servers } = found;
  // A side is a label to what groups runs, whatever labels its runs have.
  const runs = sides.flatMap(({ name, summaries }) =>
    summaries.map((summary) => ({ ...summary, label: name, target: '' })),
  );
  const verdict = verdictBlocks([{ comparison, changed: servers ?? [], runs }], messages);
  return [
    blockSection('verdict', w.verdictTitle, verdict.map(withOwnLinks)),
    blockSection('limits', w.notes, texts(comparison.notes.map(messages.note))),
    blockSection('tests', w.figures, comparisonTables(comparison, messages).map(comparisonBlock)),
    blockSection(
      'pairs',
      messages.comparison.page.pairs,
      plotsBlock(runPairPlots(groupRuns(runs), messages)),
    ),
  ];
}

/** What a verdict rests on is in the table of runs, which this page has in place of a report's sections. */
function withOwnLinks(block: Block): Block {
  if (block.kind !== 'verdict') return block;
  const trust = block.verdict.trust.map((one) => ({ ...one, section: 'sides' }));
  return { ...block, verdict: { ...block.verdict, trust } };
}

/** A figure for each judged metric and load: the sides below each other, in the order of time. */
function trend(compared: Compared, language: Language): Section {
  const w = wordsOf(language);
  const first = compared.sides[0]?.name ?? '';
  const cells = new Map(
    compared.against.flatMap(({ comparison }) =>
      comparison.cells.map(({ cell }) => [cellKey(cell), cell] as const),
    ),
  );
  const plots = [...cells.values()].flatMap((cell) =>
    RUN_METRICS.filter(({ gating }) => gating).flatMap((metric) => {
      const rows = trendRows(compared, cellKey(cell), metric);
      return rows.length === 0 ? [] : [trendPlot(rows, { cell: cellName(cell), metric, first }, language)];
    }),
  );
  return blockSection('trend', w.trend, [
    ...texts([w.trendLead(first), ...leftOut(compared, [...cells.values()], language)]),
    ...plotsBlock(plots.map((plot, i) => ({ ...plot, id: `trend-${i + 1}` }))),
  ]);
}

/** What a trend leaves out and why, and what else limits it; what the runs of the first side limit is said once. */
function leftOut(
  { sides, against }: Compared,
  cells: readonly Cell[],
  language: Language,
): readonly string[] {
  const w = wordsOf(language);
  const { note, colon, semicolon } = messagesOf(language);
  const absent = cells.flatMap((cell) =>
    sides
      .filter(({ summaries }) => {
        const here = summaries.filter((run) => cellKey(run.cell) === cellKey(cell));
        return here.length > 0 && !here.some(({ valid }) => valid);
      })
      .map(({ name }) => w.notInTrend(name, cellName(cell), name === sides[0]?.name)),
  );
  const notes = against.flatMap(({ comparison }, i) =>
    [...comparison.notes, ...comparison.cells.flatMap((cell) => cell.notes)]
      .filter(({ kind }) => kind !== 'madeApart')
      .map((one) => ({ side: sides[i + 1]?.name ?? '', text: note(one) })),
  );
  const byText = Map.groupBy(notes, ({ text }) => text);
  const limits = [...byText].map(([text, of]) =>
    of.length === against.length ? text : `${of.map(({ side }) => side).join(semicolon)}${colon}${text}`,
  );
  const apart = against.some(({ comparison }) => comparison.notes.some(({ kind }) => kind === 'madeApart'));
  return [...absent, ...limits, ...(apart ? [w.trendApart] : [])];
}

interface TrendRow {
  readonly side: ComparedSide;
  readonly found: MetricComparison;
  /** Of each run, to the mean of the first side. */
  readonly ratios: readonly { readonly run: number; readonly ratio: number }[];
}

function trendRows(
  { sides, against }: Compared,
  key: string,
  metric: (typeof RUN_METRICS)[number],
): readonly TrendRow[] {
  const valuesOf = (side: ComparedSide | undefined) =>
    (side?.summaries ?? [])
      .filter((run) => run.valid && cellKey(run.cell) === key)
      .flatMap((run) => {
        const value = valueOfRun(run, metric);
        const id = side?.ids[side.summaries.indexOf(run)] ?? run.id;
        return value === null || value <= 0 ? [] : [{ run: id, value }];
      });
  const base = valuesOf(sides[0]).map(({ value }) => value);
  if (base.length === 0) return [];
  const mean = geometricMean(base);
  return against
    .flatMap(({ comparison }, i): TrendRow[] => {
      const side = sides[i + 1];
      const found = comparison.cells.find(({ cell }) => cellKey(cell) === key)?.metrics[metric.key];
      if (side === undefined || found === undefined) return [];
      return [
        { side, found, ratios: valuesOf(side).map(({ run, value }) => ({ run, ratio: value / mean })) },
      ];
    })
    .toSorted((a, b) => startOf(a.side).localeCompare(startOf(b.side)));
}

function startOf({ summaries }: ComparedSide): string {
  return summaries.map(({ startedAt }) => startedAt).sort()[0] ?? '';
}

function trendPlot(
  rows: readonly TrendRow[],
  of: { readonly cell: string; readonly metric: (typeof RUN_METRICS)[number]; readonly first: string },
  language: Language,
): Plot {
  const w = wordsOf(language);
  const messages = messagesOf(language);
  const { quantities: q, comparison: words } = messages;
  const title = w.trendTable(messages.metric(of.metric.key), of.cell);
  const changeText = ({ side, found: { ratio, low, high } }: TrendRow): string => {
    const range = low === null || high === null ? '' : ` (${words.range(q.change(low), q.change(high))})`;
    return `${side.name}${messages.colon}${q.change(ratio)}${range}`;
  };
  const latest = rows.at(-1);
  const strip: Strip = {
    kind: 'strip',
    description: w.trendDrawn(String(rows.length)),
    ...changeAxis(w.asFirst),
    rows: rows.map((row) => ({
      name: row.side.name,
      estimate: Math.log(row.found.ratio),
      interval:
        row.found.low === null || row.found.high === null
          ? null
          : [Math.log(row.found.low), Math.log(row.found.high)],
      margin: Math.log1p(MARGIN[row.found.better]),
      figure: q.change(row.found.ratio),
      tip: changeText(row),
      points: row.ratios.map((one) => ({
        at: Math.log(one.ratio),
        words: [`${w.run} ${one.run}`, q.change(one.ratio)],
      })),
    })),
  };
  return {
    id: 'trend',
    title,
    lead: latest === undefined ? '' : changeText(latest),
    definition: [w.trendAbout(of.first)],
    drawings: [strip],
    table: {
      header: [w.side, w.started, words.change, words.interval(q.short(0.95)), words.verdict],
      left: new Set([0, 1, 4]),
      rows: rows.map(({ side, found: { ratio, low, high, verdict } }) => [
        side.name,
        instant(startOf(side)).replace(' UTC', ''),
        q.change(ratio),
        low === null || high === null ? NONE : words.range(q.change(low), q.change(high)),
        words.verdicts[verdict],
      ]),
    },
  };
}
