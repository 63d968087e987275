import type { Comparison } from '../compare/compare-runs.ts';
import { cellName } from '../model/run.ts';
import { type Block, GLYPHS, type Page, type Section } from './block.ts';
import { loadsByTone, TONES, verdictBlocks } from './comparison/verdict-blocks.ts';
import { environmentFacts, instant } from './environment-facts.ts';
import type { Finding, FindingKind, FindingSection } from './findings/finding.ts';
import { findingsByGroup } from './findings/findings.ts';
import { latencyTable } from './latency-rows.ts';
import { matrixOf } from './matrix.ts';
import type { Language } from './messages/languages.ts';
import { type Messages, messagesOf } from './messages/messages.ts';
import { labelTitle, plotBlocks, type ReportedGroup } from './plot-blocks.ts';
import type { RunGroup, RunsReport } from './runs-report.ts';
import { wrkBlock, wrkFootnote } from './wrk-block.ts';

/** Findings that are repeated at the top of the page. */
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
  'workingPoint',
];

/** The whole report of some runs, in words but without a look. */
export function runsPage(report: RunsReport, language: Language): Page {
  const messages = messagesOf(language);
  const summaries = report.runs.map(({ summary }) => summary);
  const groups = findingsByGroup(report.runs);
  const told = (section: FindingSection): Block[] =>
    findingBlocks(groups, messages, (f) => f.section === section);
  const { compared } = report;
  const sections: Section[] = [
    {
      id: 'verdict',
      title: messages.verdict.title,
      blocks: compared === null ? [] : verdictBlocks(compared, summaries, messages),
    },
    {
      id: 'short',
      title: messages.page.inShort,
      blocks: findingBlocks(groups, messages, ({ kind }) => IN_SHORT.includes(kind)),
    },
    {
      id: 'tests',
      title: messages.page.tests,
      blocks: groups.flatMap(({ group }) => [matrixBlock(group, messages), ...latencyBlock(group, messages)]),
    },
    {
      id: 'plots',
      title: messages.page.plots,
      blocks: plotBlocks(groups, report, messages),
      formats: ['html'],
    },
    { id: 'findings', title: messages.page.findings, blocks: told('finding') },
    { id: 'limits', title: messages.page.limits, blocks: told('limit') },
    { id: 'recommendations', title: messages.page.recommendations, blocks: told('recommendation') },
    { id: 'environment', title: messages.page.environment, blocks: environment(groups, report, messages) },
    {
      id: 'wrk',
      title: messages.page.rawWrk,
      blocks: wrkBlocks(report, messages),
      formats: ['markdown', 'html'],
    },
    {
      id: 'definitions',
      title: messages.page.definitions,
      blocks: [{ kind: 'facts', facts: messages.definitions }],
    },
  ];
  return {
    language,
    title: messages.page.title(modelOf(report), summaries[0]?.target ?? report.tape),
    ...(compared === null ? {} : { tab: tabTitle(compared.comparison, messages) }),
    lead: [lead(report, messages), report.note].filter((line) => line !== ''),
    sections,
    footer: messages.page.generatedBy(report.toolVersion),
  };
}

/** `after against before: worse at 100x200`, behind the verdict's glyph. */
function tabTitle(comparison: Comparison, messages: Messages): string {
  const { before, after, verdict, cells } = comparison;
  return `${GLYPHS[TONES[verdict]]} ${messages.verdict.headline(after, before, loadsByTone(cells, messages))}`;
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

/** The findings of each label that pass; the label is named where there are several. */
function findingBlocks(
  found: readonly { readonly group: RunGroup; readonly findings: readonly Finding[] }[],
  messages: Messages,
  wanted: (finding: Finding) => boolean,
): Block[] {
  return found.flatMap(({ group, findings }) => {
    const texts = findings.filter(wanted).map(messages.finding);
    if (texts.length === 0) return [];
    const list: Block = { kind: 'findings', findings: texts };
    return [...labelTitle(group, found.length, messages), list];
  });
}

function matrixBlock(group: RunGroup, messages: Messages): Block {
  const { title, header, rows, notes } = matrixOf(group, messages);
  const definition = messages.definitions.map(([name, meaning]) => `${name}${messages.colon}${meaning}`);
  return { kind: 'table', table: { caption: title, header, rows }, notes, definition };
}

function latencyBlock(group: RunGroup, messages: Messages): Block[] {
  const table = latencyTable(group, messages);
  return table === null ? [] : [{ kind: 'table', table, notes: [] }];
}

function environment(groups: readonly ReportedGroup[], report: RunsReport, messages: Messages): Block[] {
  return groups.flatMap(({ group, runs }): Block[] => [
    ...labelTitle(group, groups.length, messages),
    { kind: 'facts', facts: environmentFacts(report, runs, messages) },
  ]);
}

function wrkBlocks({ runs, path }: RunsReport, messages: Messages): Block[] {
  const { page } = messages;
  const own = runs.filter(({ summary }) => summary.settings.origin === undefined);
  const blocks = own.map(({ summary, wrk }): Block => {
    const { id, cell, repeat, target, settings } = summary;
    return {
      kind: 'code',
      title: page.runTitle(id, cellName(cell), repeat),
      text: `${wrkBlock(wrk, cell, `${target}${path}`)}${wrkFootnote(wrk, settings.load, messages)}`,
    };
  });
  return blocks.length === 0 ? [] : [{ kind: 'text', text: page.rawWrkNote }, ...blocks];
}
