import { sessionBudget } from '../../compare/session/budget.ts';
import type { PairedComparison } from '../../compare/session/judge-session.ts';
import { systemClock } from '../../model/clock.ts';
import type { Run } from '../../model/run.ts';
import { EXIT, UserError } from '../../model/user-error.ts';
import {
  budgetMarkdown,
  budgetText,
  sessionMarkdown,
  sessionText,
} from '../../report/comparison/comparison-text.ts';
import { sessionPage } from '../../report/comparison/session-page.ts';
import { commandText } from '../../report/environment-facts.ts';
import { htmlPage } from '../../report/html/html-page.ts';
import { budgetDocuments, jsonText, sessionDocument } from '../../report/json.ts';
import { counted } from '../../report/messages/catalogue.ts';
import type { Language } from '../../report/messages/languages.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import type { CommandResult } from '../command.ts';
import { openPageFiles } from '../output-file.ts';
import { toolVersion } from '../provenance.ts';
import { readyTraffic } from '../replay/test-request.ts';
import { withRunTape } from '../replay/with-run-tape.ts';
import { commandLine } from '../secrets.ts';
import { say, terminalWidth } from '../terminal/terminal.ts';
import { githubStep } from './github-step.ts';
import { createPairProgress } from './pair-progress.ts';
import type { PairSettings, PerArm } from './pair-settings.ts';
import { type PairsRun, runPairs } from './run-pairs.ts';

/** A session that was made, and what it took. */
export interface SessionMade {
  readonly comparison: PairedComparison;
  /** Wall time of a pair of all cells, switching and warming included; null when none was made. */
  readonly pairSeconds: number | null;
  readonly stopped: boolean;
  /** Why it could not continue; null where it could. */
  readonly failure: UserError | null;
}

/** How `ab` and `aa` differ. */
export interface SessionKind {
  /** Labels of the runs where the user gives none. */
  readonly labels: PerArm<string>;
  /** Whether the pairs that it takes to detect a change are reported as well. */
  readonly withBudget: boolean;
  exit(comparison: PairedComparison): number;
}

/**
 * Runs a session of pairs on a tape, shows its progress, and gives its summary.
 * @throws UserError (as a rejection) for a tape or server that cannot be used
 */
export async function runSession(
  path: string,
  settings: PairSettings,
  kind: SessionKind,
): Promise<CommandResult> {
  const files = openPageFiles(settings);
  const made = await makeSession(path, settings, kind.labels);
  const pages = sessionPages(made, settings.language, kind.withBudget);
  const data = pages[settings.format]();
  try {
    files.write(pages);
  } catch (failure) {
    return { data, failure };
  }
  if (made.failure !== null) return { data, failure: made.failure };
  return { data, exitCode: made.stopped ? EXIT.interrupted : kind.exit(made.comparison) };
}

function sessionPages({ comparison, pairSeconds }: SessionMade, language: Language, withBudget: boolean) {
  const repeat = commandText(commandLine(process.argv.slice(2)));
  const budget = withBudget ? sessionBudget(comparison, pairSeconds ?? 0) : [];
  const below = (page: string, more: typeof budgetText): string =>
    // Fewer than three pairs have no measurable noise.
    budget.length === 0 ? page : `${page}\n${more(budget, language)}`;
  const text = () => below(sessionText(comparison, language, terminalWidth()), budgetText);
  const markdown = () => below(sessionMarkdown(comparison, language), budgetMarkdown);
  return {
    text,
    markdown,
    github() {
      const messages = messagesOf(language);
      const sentence = messages.sessionConclusion(comparison.conclusion);
      return githubStep({ comparison, sentence, text: text() }, markdown, messages);
    },
    html: () => htmlPage(sessionPage(comparison, toolVersion(), language, repeat)),
    json: () =>
      jsonText({
        ...sessionDocument(comparison),
        ...(withBudget ? { pairSeconds, budget: budgetDocuments(budget) } : {}),
      }),
  };
}

function makeSession(path: string, given: PairSettings, usual: PerArm<string>): Promise<SessionMade> {
  const { traffic, rules } = given;
  const progress = createPairProgress({ ...traffic.send, looks: rules.looks }, systemClock.nowUs, say);
  return withRunTape(path, progress, async ({ tape, reader, signal }) => {
    const labels = sessionLabels(reader.runs(), given.labels, usual);
    const { settings: ready, loaded } = await readyTraffic({
      tape: reader,
      path,
      settings: traffic,
      targets: Object.values(given.targets),
      test: traffic.tests && given.switchCommand === null,
      signal,
    });
    const settings = { ...given, traffic: ready };
    const startedUs = systemClock.nowUs();
    const run = await runPairs({
      ...{ settings, labels, loaded, tape, reader, signal },
      observer: progress,
      onSending: progress.send,
    });
    return {
      result: sessionMade(run, rules.looks, (systemClock.nowUs() - startedUs) / 1e6),
      loaded,
      wrote: `${counted(run.made, 'pair')} labelled ${labels.baseline} and ${labels.candidate}`,
    };
  });
}

function sessionMade(
  { comparison, made, stopped, failure }: PairsRun,
  looks: readonly number[],
  seconds: number,
): SessionMade {
  const note = { kind: 'stopped', made, planned: looks.at(-1) ?? made } as const;
  return {
    comparison: stopped ? { ...comparison, notes: [note, ...comparison.notes] } : comparison,
    pairSeconds: made === 0 ? null : seconds / made,
    stopped,
    failure,
  };
}

/**
 * The labels of a new session, which no run of the tape may have: its pairs are found again by them.
 * @param asked what the user gave; null takes `usual`, numbered from the second session on
 * @throws UserError when an asked one is on the tape
 */
export function sessionLabels(
  runs: readonly Run[],
  asked: PerArm<string> | null,
  usual: PerArm<string>,
): PerArm<string> {
  const numbered = (n: number): PerArm<string> =>
    n === 1 ? usual : { baseline: `${usual.baseline}-${n}`, candidate: `${usual.candidate}-${n}` };
  return freeLabels(runs, asked, numbered, '--labels');
}

/**
 * Labels that no run of the tape has.
 * @param numbered those to try, n from 1
 * @param option by which the asked ones were given
 * @throws UserError when an asked one is on the tape
 */
export function freeLabels(
  runs: readonly Run[],
  asked: PerArm<string> | null,
  numbered: (n: number) => PerArm<string>,
  option: string,
): PerArm<string> {
  const known = new Set(runs.map(({ label }) => label));
  const taken = ({ baseline, candidate }: PerArm<string>): string | undefined =>
    [baseline, candidate].find((label) => known.has(label));
  if (asked !== null) {
    const label = taken(asked);
    if (label === undefined) return asked;
    throw new UserError(`${option}: the tape already has runs labelled ${label}, give other labels`);
  }
  let n = 1;
  while (taken(numbered(n)) !== undefined) n += 1;
  return numbered(n);
}
