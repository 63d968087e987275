import { cellKey, cellName } from '../model/run.ts';
import {
  type Block,
  type FindingRow,
  factsBlock,
  folded,
  GLYPHS,
  type Page,
  section,
  tableBlock,
  texts,
} from './block.ts';
import { carriedLoad } from './carried-load.ts';
import { headlineOf, lastName, TONES, verdictBlocks } from './comparison/verdict-blocks.ts';
import { environmentFacts, instant } from './environment-facts.ts';
import { type Finding, type FindingKind, type FindingSection, severityOf } from './findings/finding.ts';
import { findingsByGroup, type GroupFindings } from './findings/findings.ts';
import { latencyTable } from './latency-rows.ts';
import { matrixOf, rowId } from './matrix.ts';
import type { Language } from './messages/languages.ts';
import { type Messages, messagesOf } from './messages/messages.ts';
import { firstPlots, plotBlocks } from './plot-blocks.ts';
import { medianRun } from './plots/cell-series.ts';
import { NONE } from './quantities.ts';
import type { ReportedRun, RunGroup, RunsReport } from './runs-report.ts';
import { wrkBlock, wrkFootnote } from './wrk-block.ts';

/** Findings that the first screen of one label has, or a verdict that comes before them. */
const IN_SHORT: readonly FindingKind[] = [
  'noValidRun',
  'errors',
  'coldStart',
  'stall',
  'outage',
  'sloCell',
  'sloNone',
  'bestCell',
  'knee',
  'kneeOutside',
  'queueing',
];

/** The whole report of some runs, in words but without a look. */
export function runsPage(given: RunsReport, language: Language): Page {
  const messages = messagesOf(language);
  const report = comparable(given);
  const groups = findingsByGroup(report.runs);
  const { page } = messages;
  const all = groups.map(({ group }) => group);
  const one = groups.length < 2;
  const told = (section: FindingSection, more: (finding: Finding) => boolean = () => true): Block[] =>
    findingBlock(groups, messages, (f) => f.section === section && more(f));
  const inShort = ({ kind }: Finding): boolean => one && IN_SHORT.includes(kind);
  const first = firstScreen(groups, report, messages, inShort);
  const findings = told('finding', (finding) => !inShort(finding));
  const sections = [
    section('verdict', one ? page.inShort : messages.verdict.title, first),
    section('tests', page.tests, testBlocks(all, messages)),
    section('plots', page.plots, plotBlocks(groups, report, messages), 'html'),
    section('findings', page.findings, findings),
    section('limits', page.limits, told('limit')),
    section('recommendations', page.recommendations, told('recommendation')),
    section('environment', page.environment, environment(groups, report, messages)),
    section('wrk', page.rawWrk, wrkBlocks(all, report, messages), 'markdown', 'html'),
    section('definitions', page.definitions, [folded(page.definitions, factsBlock(messages.definitions))]),
  ];
  return {
    language,
    title: page.title(modelOf(report), report.runs[0]?.summary.target ?? report.tape),
    ...(report.compared.length === 0 ? {} : { tab: tabTitle(report, messages) }),
    lead: [lead(report, messages), report.note].filter((line) => line !== ''),
    sections,
    loads: loadsOf(all),
    footer: page.generatedBy(report.toolVersion),
  };
}

/** Two labels are shown over the requests that both answered, as they are compared: one figure for one thing. */
function comparable(report: RunsReport): RunsReport {
  const [only, another] = report.compared;
  if (only === undefined || another !== undefined) return report;
  const known = new Map(only.runs.map((summary) => [summary.id, summary]));
  const withLimits = (run: ReportedRun): ReportedRun => {
    const summary = known.get(run.summary.id);
    return summary === undefined ? run : { ...run, summary: { ...summary, goodput: run.summary.goodput } };
  };
  return { ...report, runs: report.runs.map(withLimits) };
}

function loadsOf(groups: readonly RunGroup[]): Page['loads'] {
  const label = groups.length > 1 ? (groups[0]?.label ?? '') : '';
  const cells = new Map(groups.flatMap(({ cells }) => cells.map(({ cell }) => [cellKey(cell), cell])));
  return [...cells.values()].map((cell) => [rowId(cellName(cell), label), cellName(cell)]);
}

/** `✕ after against before: worse at 100x200` */
function tabTitle({ compared }: RunsReport, messages: Messages): string {
  return compared
    .map(({ comparison }) => `${GLYPHS[TONES[comparison.verdict]]} ${headlineOf(comparison, messages)}`)
    .join(messages.semicolon);
}

function modelOf({ runs }: RunsReport): string | null {
  return runs[0]?.server.models[0]?.id ?? runs[0]?.summary.settings.origin?.model ?? null;
}

function lead({ runs }: RunsReport, { page, quantities: q }: Messages): string {
  const [first] = runs;
  if (first === undefined) return page.noRuns;
  const valid = runs.filter(({ summary }) => summary.valid).length;
  const requests = runs.reduce((sum, { summary }) => sum + summary.requests, 0);
  const from = runs.map(({ summary }) => summary.startedAt).sort()[0] ?? '';
  return page.summary(runs.length, valid, q.whole(requests), instant(from));
}

type Groups = readonly GroupFindings<ReportedRun>[];

/** What decides: the verdict on several labels, or what the one label carries. */
function firstScreen(
  groups: Groups,
  report: RunsReport,
  messages: Messages,
  inShort: (finding: Finding) => boolean,
): Block[] {
  const [only, another] = groups;
  if (only === undefined) return [];
  const verdict =
    another === undefined ? [carriedLoad(only.group, messages)] : verdictBlocks(report.compared, messages);
  return [
    ...(another !== undefined && report.compared.length === 0 ? [] : verdict),
    ...findingBlock(groups, messages, inShort),
    ...firstPlots(groups, report, messages),
  ];
}

/** The findings that pass, a row for each rule; what the labels have in common is said once. */
function findingBlock(groups: Groups, messages: Messages, passes: (finding: Finding) => boolean): Block[] {
  const rows = new Map<string, FindingRow['parts'][number][]>();
  for (const { group, findings } of groups) {
    const seen = new Map<FindingKind, number>();
    for (const finding of findings) {
      const number = (seen.get(finding.kind) ?? 0) + 1;
      seen.set(finding.kind, number);
      if (!passes(finding)) continue;
      const id = `finding-${finding.kind}${number === 1 ? '' : `-${number}`}`;
      const text = messages.finding(finding);
      const parts = rows.get(id) ?? [];
      const same = parts.findIndex((part) => JSON.stringify(part.text) === JSON.stringify(text));
      const labels = groups.length < 2 ? [] : [group.label];
      const part = { labels, severity: severityOf(finding), text };
      if (same === -1) parts.push(part);
      else parts[same] = { ...part, labels: [...(parts[same]?.labels ?? []), ...labels] };
      rows.set(id, parts);
    }
  }
  if (rows.size === 0) return [];
  const ofAll = (part: FindingRow['parts'][number]) =>
    part.labels.length === groups.length ? { ...part, labels: [] } : part;
  return [{ kind: 'findings', rows: [...rows].map(([id, parts]) => ({ id, parts: parts.map(ofAll) })) }];
}

function testBlocks(groups: readonly RunGroup[], messages: Messages): Block[] {
  if (groups.length === 0) return [];
  const { main, more, notes } = matrixOf(groups, messages);
  const latencies = latencyTable(groups, messages);
  return [
    tableBlock(main, notes),
    folded(messages.matrix.more, tableBlock(more)),
    ...(latencies === null ? [] : [folded(latencies.caption, tableBlock(latencies))]),
  ];
}

/** Where and with what the runs were made: of several labels what differs first, what they have in common folded. */
function environment(groups: Groups, report: RunsReport, messages: Messages): Block[] {
  const { environment: w } = messages;
  const facts = groups.map(({ runs }) => environmentFacts(report, runs, messages));
  const [first, another] = facts;
  if (first === undefined) return [];
  if (another === undefined) return [factsBlock(first)];
  const factOf = (of: typeof first, name: string): string =>
    of.flatMap(([key, value]) => (key === name ? [value] : [])).join('\n') || NONE;
  const names = [...new Set(facts.flatMap((of) => of.map(([name]) => name)))];
  const rows = names.map((name) => [name, ...facts.map((of) => factOf(of, name))]);
  const isEqual = ([, value, ...others]: readonly string[]): boolean =>
    others.every((other) => other === value);
  const [compared] = report.compared;
  const settings =
    compared === undefined || report.compared.length > 1
      ? []
      : compared.changed.map(({ name, baseline, candidate }) => [
          lastName(name),
          baseline ?? NONE,
          candidate ?? NONE,
        ]);
  // The settings that differ are in rows of their own.
  const differing = rows.filter((row) => !isEqual(row) && (settings.length === 0 || row[0] !== w.flags));
  const left = new Set(Array.from({ length: groups.length + 1 }, (_, i) => i));
  const header = [w.setting, ...groups.map(({ group }) => group.label)];
  const equal = rows.filter(isEqual).map(([name = '', value = '']) => [name, value] as const);
  return [
    tableBlock({ caption: w.differs, header, left, rows: [...settings, ...differing] }),
    folded(w.equal, factsBlock(equal)),
  ];
}

/** wrk's block of each label's median run at its last load, the others folded. */
function wrkBlocks(groups: readonly RunGroup[], report: RunsReport, messages: Messages): Block[] {
  const { page } = messages;
  const { path } = report;
  // Results of other tools are none of wrk's.
  const runs = report.runs.filter(({ summary }) => summary.settings.origin === undefined);
  const code = ({ summary, wrk }: ReportedRun): Block => {
    const { id, cell, repeat, target, settings } = summary;
    return {
      kind: 'code',
      id: `run-${id}`,
      title: page.runTitle(id, cellName(cell), repeat),
      text: `${wrkBlock(wrk, cell, `${target}${path}`)}${wrkFootnote(wrk, settings.load, messages)}`,
    };
  };
  const shown = groups.flatMap(({ cells }) => {
    const ids = new Set(cells.at(-1)?.shown.map(({ id }) => id));
    return medianRun({ runs: runs.filter(({ summary }) => ids.has(summary.id)) }) ?? [];
  });
  const rest = runs.filter((run) => !shown.includes(run));
  return runs.length === 0
    ? []
    : [
        ...texts([page.rawWrkNote]),
        ...shown.map(code),
        ...(rest.length === 0 ? [] : [folded(page.otherRuns(rest.length), ...rest.map(code))]),
      ];
}
