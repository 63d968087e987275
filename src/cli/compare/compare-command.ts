import { type Comparison, compareRuns } from '../../compare/compare-runs.ts';
import { type ComparisonObstacle, OBSTACLES } from '../../compare/comparison-note.ts';
import { firstDifference } from '../../compare/setting-differences.ts';
import { commonPositions, type RunSummary, summarizeRun } from '../../measure/run-summary.ts';
import { cellKey, isValid, type Run } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';
import { comparisonMarkdown, comparisonText } from '../../report/comparison/comparison-text.ts';
import { comparisonDocument, jsonText } from '../../report/json.ts';
import { pooledText } from '../../report/messages/comparison-notes.ts';
import { openTape, type TapeReader } from '../../store/tape-reader.ts';
import { defineCommand } from '../command.ts';
import { choice, text } from '../option-values.ts';
import { list, value } from '../options.ts';
import { selectRuns } from '../report/gather-report.ts';
import { COMPARISON_OPTIONS, exitOf } from './comparison-output.ts';

/** `reprise compare` */
export const command = defineCommand({
  description:
    'Compares two sets of runs and says with a confidence interval whether AFTER is faster or slower than BEFORE. ' +
    'Exit code: 0 faster or equal, 1 usage error, 2 slower, 3 inconclusive, 4 not comparable.',
  arguments: [
    ['<tape>', 'the tape with the runs'],
    ['<before>', 'a label, or run IDs such as 1,2,3'],
    ['<after>', 'a label, or run IDs such as 4,5,6'],
  ],
  options: {
    sentinel: value('--sentinel <runs>', 'runs of BEFORE repeated after AFTER, to detect drift', text),
    accept: list(
      '--accept <check>',
      `report this failed check as a warning: ${OBSTACLES.join(', ')}`,
      choice(OBSTACLES),
    ),
    ...COMPARISON_OPTIONS,
  },
  examples: [
    'compare recordings/demo.sqlite before after',
    'compare recordings/demo.sqlite before after --sentinel before-again',
    'compare recordings/demo.sqlite 1,2,3 4,5,6 --json | jq -r .sentence',
  ],
  prepare({ arguments: [path = '', before = '', after = ''], values }) {
    const { sentinel, accept, lang } = values;
    const format = values.json ? 'json' : values.format;
    return async () => {
      const comparison = compareOnTape(path, { before, after, sentinel, accept });
      const render = {
        text: comparisonText,
        markdown: comparisonMarkdown,
        json: () => jsonText(comparisonDocument(comparison)),
      }[format];
      return { data: render(comparison, lang), exitCode: exitOf(comparison.verdict) };
    };
  },
});

interface Compared {
  readonly before: string;
  readonly after: string;
  readonly sentinel: string | null;
  readonly accept: readonly ComparisonObstacle['kind'][];
}

function compareOnTape(path: string, { before, after, sentinel, accept }: Compared): Comparison {
  const tape = openTape(path);
  try {
    const runs = tape.runs();
    const runsBefore = selectRuns(runs, before);
    const runsAfter = selectRuns(runs, after);
    const repeated = sentinel === null ? [] : selectRuns(runs, sentinel);
    refuseShared([
      [before, runsBefore],
      [after, runsAfter],
      ...(sentinel === null ? [] : [[`--sentinel ${sentinel}`, repeated] as const]),
    ]);
    const sides = [
      [before, runsBefore],
      [after, runsAfter],
      [sentinel ?? '', repeated],
    ] as const;
    for (const [name, runs] of sides) refuseTwoTargets(name, runs);
    refuseTwoSettings(before, [...runsBefore, ...repeated]);
    refuseTwoSettings(after, runsAfter);
    const summaries = summarizeTogether(tape, [...runsBefore, ...runsAfter, ...repeated]);
    const of = (some: readonly Run[]): RunSummary[] => some.flatMap(({ id }) => summaries.get(id) ?? []);
    return compareRuns({ before, after }, of(runsBefore), of(runsAfter), of(repeated), accept);
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

const APART = 'compare run IDs of one of them, or replay with a label for each';

/** Runs of two servers are no repetitions: their spread is no noise. */
function refuseTwoTargets(name: string, runs: readonly Run[]): void {
  const targets = Map.groupBy(runs, ({ target }) => target);
  if (targets.size <= 1) return;
  const each = [...targets].map(([target, of]) => `${target} (${runsText(of)})`).join(' and ');
  throw new UserError(`${name} pools runs of ${each}`, { remedy: APART });
}

/** Nor are runs of one cell that were asked differently. */
function refuseTwoSettings(name: string, runs: readonly Run[]): void {
  for (const ofCell of Map.groupBy(runs, ({ cell }) => cellKey(cell)).values()) {
    const found = firstDifference(ofCell);
    if (found === null) continue;
    const { run, other, differences } = found;
    const which = `runs ${run.id} and ${other.id}`;
    throw new UserError(`${name} pools ${which} with different settings (${pooledText(differences, 'en')})`, {
      remedy: APART,
    });
  }
}

function runsText(runs: readonly Run[]): string {
  return `${runs.length === 1 ? 'run' : 'runs'} ${runs.map(({ id }) => id).join(', ')}`;
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
