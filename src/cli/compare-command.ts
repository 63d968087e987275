import type { Command } from 'commander';
import { compareRuns } from '../compare/compare-runs.ts';
import type { RunSummary } from '../measure/run-summary.ts';
import { commonPositions, summarizeRun } from '../measure/summarize-run.ts';
import { cellKey, isValid, type Run } from '../model/run.ts';
import { UserError } from '../model/user-error.ts';
import { comparisonText } from '../report/comparison-text.ts';
import { jsonText } from '../report/json.ts';
import { comparisonMarkdown } from '../report/markdown.ts';
import { openTape, type TapeReader } from '../store/tape-reader.ts';
import { addComparisonOptions, type ComparisonOptions, comparisonFormat } from './comparison-options.ts';
import { selectRuns } from './select-runs.ts';
import { printData } from './terminal.ts';
import { exitOf } from './verdict-exit.ts';

interface CompareOptions extends ComparisonOptions {
  readonly sentinel?: string;
}

/** `reprise compare` */
export function register(program: Command): void {
  const command = program
    .command('compare')
    .description(
      'Says whether the runs AFTER are faster or slower than the runs BEFORE, and how sure that is. ' +
        'Exit code: 0 faster or equal, 2 slower, 3 not to be told, 4 not to be compared, 1 wrong use.',
    )
    .argument('<tape>', 'the tape that holds the runs')
    .argument('<before>', 'a label, or run ids such as 1,2,3')
    .argument('<after>', 'a label, or run ids such as 4,5,6')
    .option(
      '--sentinel <runs>',
      'runs of BEFORE that were repeated after those of AFTER: did the machine drift?',
    );
  addComparisonOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  reprise compare recordings/demo.sqlite before after
  reprise compare recordings/demo.sqlite before after --sentinel before-again
  reprise compare recordings/demo.sqlite 1,2,3 4,5,6 --json | jq -r .sentence`,
    )
    .action(compare);
}

async function compare(path: string, before: string, after: string, options: CompareOptions): Promise<void> {
  const { format, language } = comparisonFormat(options);
  const tape = openTape(path);
  try {
    const runs = tape.runs();
    const { sentinel } = options;
    const runsBefore = selectRuns(runs, before);
    const runsAfter = selectRuns(runs, after);
    const repeated = sentinel === undefined ? [] : selectRuns(runs, sentinel);
    refuseShared([
      [before, runsBefore],
      [after, runsAfter],
      ...(sentinel === undefined ? [] : [[`--sentinel ${sentinel}`, repeated] as const]),
    ]);
    const summaries = summarizeTogether(tape, [...runsBefore, ...runsAfter, ...repeated]);
    const of = (some: readonly Run[]): RunSummary[] => some.flatMap(({ id }) => summaries.get(id) ?? []);
    const comparison = compareRuns({ before, after }, of(runsBefore), of(runsAfter), of(repeated));
    const render = { text: comparisonText, markdown: comparisonMarkdown, json: jsonText }[format];
    await printData(render(comparison, language));
    process.exitCode = exitOf(comparison.verdict);
  } finally {
    tape.close();
  }
}

/** A run cannot be held against itself. */
function refuseShared(groups: readonly (readonly [string, readonly Run[]])[]): void {
  for (const [i, [name, runs]] of groups.entries()) {
    for (const [other, others] of groups.slice(i + 1)) {
      const shared = runs.find((run) => others.includes(run));
      if (shared === undefined) continue;
      throw new UserError(
        `run ${shared.id} is in both ${name} and ${other}: give runs that were measured apart`,
      );
    }
  }
}

/**
 * Measures runs over the same requests: within a cell, latencies count only the positions of the plan that every valid
 * run answered, or the slower side would be measured on another mix of prompts. Runs that are not valid are left out of
 * the comparison, so what they missed does not matter.
 */
function summarizeTogether(tape: TapeReader, runs: readonly Run[]): ReadonlyMap<number, RunSummary> {
  const cells = Map.groupBy(runs, ({ cell }) => cellKey(cell));
  const summaries = new Map<number, RunSummary>();
  for (const group of cells.values()) {
    const only = commonPositions(group.filter(isValid).map(({ id }) => tape.okPositions(id)));
    for (const run of group) {
      const states = tape.serverStates({ runId: run.id });
      summaries.set(run.id, summarizeRun(run, tape.results(run.id), { only, states }));
    }
  }
  return summaries;
}
