import { DEFAULT_PRIMARY, MARGIN, PRIMARY_KEYS } from '../../compare/compared-metrics.ts';
import type { CellPairs, Pair } from '../../compare/session/arm-run.ts';
import { sessionBudget } from '../../compare/session/budget.ts';
import { judgeSession } from '../../compare/session/judge-session.ts';
import { readArmRun } from '../../compare/session/read-arm-run.ts';
import type { SessionRules } from '../../compare/session/session-plan.ts';
import { FEWEST_PAIRS } from '../../compare/statistics/power.ts';
import { summarizeRun } from '../../measure/run-summary.ts';
import { cellKey, type Run } from '../../model/run.ts';
import { UserError, usageError } from '../../model/user-error.ts';
import { budgetMarkdown, budgetText } from '../../report/comparison/comparison-text.ts';
import { budgetDocuments, jsonText } from '../../report/json.ts';
import type { Language } from '../../report/messages/languages.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import { type TapeReader, withTape } from '../../store/tape-reader.ts';
import { type CommandResult, defineCommand } from '../command.ts';
import { choice } from '../option-values.ts';
import { value } from '../options.ts';
import { type OutputPlace, openOutput } from '../output-file.ts';
import { selectRuns } from '../report/gather-report.ts';
import { BUDGET_OUTPUT } from './comparison-output.ts';
import type { PerArm } from './pair-settings.ts';

/** `reprise budget` */
export const command = defineCommand({
  description:
    'Estimates from the noise of pairs that were made (reprise aa, reprise ab) how many pairs, and how much time, it ' +
    'takes to detect a change of 2, 3, 5 or 10 %.',
  arguments: [
    ['<tape>', 'the tape with the runs'],
    ['[baseline]', 'a label of its runs (default: those of the latest A/B test)'],
    ['[candidate]', 'the other label'],
  ],
  options: {
    primary: value(
      '--primary <metric>',
      `primary metric: ${PRIMARY_KEYS.join(', ')}`,
      choice(PRIMARY_KEYS),
      DEFAULT_PRIMARY,
    ),
    ...BUDGET_OUTPUT,
  },
  examples: ['budget recordings/monday.sqlite', 'budget recordings/monday.sqlite aa-a aa-b --json'],
  prepare({ arguments: [path = '', baseline, candidate], values }) {
    if (baseline !== undefined && candidate === undefined) {
      throw usageError(`${baseline} is one label`, 'give two labels, or none to use the latest A/B test');
    }
    const labels = baseline === undefined || candidate === undefined ? null : { baseline, candidate };
    return async () => budget(path, labels, values);
  },
});

interface BudgetOptions extends OutputPlace {
  readonly primary: (typeof PRIMARY_KEYS)[number];
  readonly format: 'text' | 'markdown' | 'json';
  readonly lang: Language;
  readonly json: boolean;
}

function budget(path: string, labels: PerArm<string> | null, options: BudgetOptions): CommandResult {
  const { primary, lang } = options;
  return withTape(path, (tape) => {
    const put = openOutput(options);
    const [first, second] = labels === null ? lastSession(tape.runs()) : [labels.baseline, labels.candidate];
    const { cells, pairSeconds } = readPairs(tape, first, second);
    const pilot = judgeSession(
      { baseline: first, candidate: second },
      { cells, ended: true },
      {
        ...PAIRS_ALONE,
        looks: [Math.max(...cells.map(({ pairs }) => pairs.length))],
        primary,
      },
    );
    const metrics = sessionBudget(pilot, pairSeconds);
    if (metrics.length === 0)
      throw new UserError(
        `${first} and ${second} give no budget: ${messagesOf('en').sessionConclusion(pilot.conclusion)}`,
      );
    const render = {
      text: () => budgetText(metrics, lang),
      markdown: () => budgetMarkdown(metrics, lang),
      json: () =>
        jsonText({ baseline: first, candidate: second, pairSeconds, metrics: budgetDocuments(metrics) }),
    }[options.json ? 'json' : options.format];
    return put(render());
  });
}

/** Rules of a session of which the pairs alone are known. */
export const PAIRS_ALONE = {
  margins: MARGIN,
  restartsPlanned: true,
  sameServer: false,
  control: false,
  accepted: [],
} as const satisfies Partial<SessionRules>;

/** The pairs on a tape, and the wall time from one to the next. */
export interface TapePairs {
  readonly cells: readonly CellPairs[];
  readonly pairSeconds: number;
}

/** Runs of both arms with one number belong together. */
export interface RunPair {
  readonly baseline: Run;
  readonly candidate: Run;
}

/**
 * Reads the pairs of a session from its tape again: in each cell the runs of both labels that have the same number.
 * @throws UserError when there are fewer than three
 */
export function readPairs(tape: TapeReader, baseline: string, candidate: string): TapePairs {
  const runs = tape.runs().filter(({ end }) => end !== null && !end.stoppedEarly);
  const [a, b] = [selectRuns(runs, baseline), selectRuns(runs, candidate)];
  const byCell = Map.groupBy(runPairs(a, b), ({ baseline: { cell } }) => cellKey(cell));
  const fewest = Math.min(...[...byCell.values()].map(({ length }) => length));
  if (byCell.size === 0 || fewest < FEWEST_PAIRS) {
    throw new UserError(
      `${baseline} and ${candidate} have ${byCell.size === 0 ? 0 : fewest} pairs of runs, and it takes ${FEWEST_PAIRS} to know their noise: make them with reprise aa or reprise ab`,
    );
  }
  const all = [...byCell.values()];
  return {
    cells: all.map((pairs) => ({
      cell: pairs[0]?.baseline.cell ?? { threads: 0, connections: 0 },
      pairs: pairs.map((pair) => readPair(tape, pair)),
      remade: [],
      recorded: null,
    })),
    pairSeconds: secondsOf(all.flat()) / fewest,
  };
}

/**
 * The two labels of the tape's last session: that of its last run, and the other one that made pairs with it.
 * @throws UserError when no session is on the tape
 */
export function lastSession(runs: readonly Run[]): readonly [string, string] {
  const last = runs.at(-1)?.label;
  const other = runs.findLast(({ label }) => label !== last)?.label;
  if (last === undefined || other === undefined) {
    throw new UserError('there are no pairs of runs on this tape: make some with reprise aa or reprise ab');
  }
  // The arm whose label the tape had first is the baseline.
  const [first, second] = [other, last].sort((a, b) => firstRun(runs, a) - firstRun(runs, b));
  return [first ?? other, second ?? last];
}

function firstRun(runs: readonly Run[], label: string): number {
  return runs.findIndex((run) => run.label === label);
}

/** Runs of both labels that have one number at one load. */
export function runPairs(a: readonly Run[], b: readonly Run[]): readonly RunPair[] {
  const key = ({ cell, settings }: Run): string => `${cellKey(cell)} ${settings.repeat}`;
  const candidates = new Map(b.map((run) => [key(run), run]));
  return a.flatMap((baseline) => {
    const candidate = candidates.get(key(baseline));
    return candidate === undefined ? [] : [{ baseline, candidate }];
  });
}

/** Reads a pair from its tape. */
export function readPair(tape: TapeReader, { baseline, candidate }: RunPair): Pair {
  const read = (run: Run) => {
    const states = tape.serverStates({ runId: run.id });
    const summary = summarizeRun(run, tape.results(run.id), { states });
    return readArmRun(summary, tape.results(run.id), states).run;
  };
  const first = baseline.id < candidate.id ? 'baseline' : 'candidate';
  return { first, baseline: read(baseline), candidate: read(candidate) };
}

/** From the start of the first run to the end of the last. */
function secondsOf(pairs: readonly RunPair[]): number {
  const runs = pairs.flatMap(({ baseline, candidate }) => [baseline, candidate]);
  const ends = runs.map(({ startedAtMs, end }) => startedAtMs + (end?.endedUs ?? 0) / 1e3);
  return (Math.max(...ends) - Math.min(...runs.map(({ startedAtMs }) => startedAtMs))) / 1e3;
}
