import { writeFileSync } from 'node:fs';
import type { PairedComparison } from '../../compare/session/paired-comparison.ts';
import { systemClock } from '../../model/clock.ts';
import { EXIT, UserError } from '../../model/user-error.ts';
import { htmlPage } from '../../report/html/html-page.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import { sessionPage } from '../../report/session-page.ts';
import { changesText } from '../../report/settings-text.ts';
import { loadRequests } from '../replay/load-requests.ts';
import { openRunTape } from '../replay/open-run-tape.ts';
import { listenForStop } from '../terminal/stop-signal.ts';
import { printData, say, showProgress } from '../terminal/terminal.ts';
import { toolVersion } from '../tool-version.ts';
import { createPairProgress } from './pair-progress.ts';
import type { PairSettings, PerArm } from './pair-settings.ts';
import { type PlayedPairs, playPairs } from './play-pairs.ts';
import { sessionLabels } from './session-labels.ts';

const en = messagesOf('en');

/** A session that was made, and what it took. */
export interface SessionMade {
  readonly comparison: PairedComparison;
  /** Wall time of a pair of all cells, switching and warming included; null when none was made. */
  readonly pairSeconds: number | null;
  readonly stopped: boolean;
  /** Why it could not go on; null where it could. */
  readonly failure: UserError | null;
}

/** How a session is printed. */
export interface SessionPages {
  text(made: SessionMade): string;
  json(made: SessionMade): string;
  markdown(made: SessionMade): string;
  exit(made: SessionMade): number;
}

/**
 * Makes a session of pairs on a tape, shows how it stands meanwhile, and prints what came of it.
 * @param usual labels of the runs where none are asked for
 * @throws UserError (as a rejection) for a tape or server that cannot be used
 */
export async function runSession(
  path: string,
  settings: PairSettings,
  usual: PerArm<string>,
  pages: SessionPages,
): Promise<void> {
  const { json, markdown, html, language } = settings;
  // Told now rather than after an hour of pairs.
  if (markdown !== null) writeSummary('--markdown', markdown, '', 'a');
  if (html !== null) writeSummary('--html', html, '', 'a');
  const made = await makeSession(path, settings, usual);
  await printData(json ? pages.json(made) : pages.text(made));
  if (markdown !== null) writeSummary('--markdown', markdown, pages.markdown(made));
  if (html !== null) {
    writeSummary('--html', html, htmlPage(sessionPage(made.comparison, toolVersion(), language)));
  }
  // What was measured is told first.
  if (made.failure !== null) throw made.failure;
  process.exitCode = made.stopped ? EXIT.interrupted : pages.exit(made);
}

async function makeSession(
  path: string,
  settings: PairSettings,
  usual: PerArm<string>,
): Promise<SessionMade> {
  const { traffic, rules } = settings;
  const progress = createPairProgress({ ...traffic, looks: rules.looks }, systemClock.nowUs, say);
  const { tape, reader, close } = await openRunTape(path, progress.add);
  const stop = listenForStop(say);
  const shown = showProgress(progress.text);
  try {
    const loaded = loadRequests(reader, path, traffic);
    for (const skip of loaded.skipped) say(en.skip(skip));
    const labels = sessionLabels(reader.runs(), settings.labels, usual);
    const startedUs = systemClock.nowUs();
    const { signal } = stop;
    const play = {
      settings,
      labels,
      loaded,
      tape,
      reader,
      signal,
      watch: progress,
      onSending: progress.send,
    };
    const played = await playPairs(play);
    shown.stop();
    if (loaded.changes.length > 0) say(`${en.environment.changes}: ${changesText(loaded, en)}`);
    say(`wrote ${played.made} pairs labelled ${labels.baseline} and ${labels.candidate} to ${path}`);
    return sessionMade(played, rules.looks, (systemClock.nowUs() - startedUs) / 1e6);
  } finally {
    shown.stop();
    stop.dispose();
    await close();
  }
}

function sessionMade(
  { comparison, made, stopped, failure }: PlayedPairs,
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

/** @param flag `a` leaves what is in the file, and only shows that it can be written */
function writeSummary(option: string, file: string, text: string, flag: 'w' | 'a' = 'w'): void {
  try {
    writeFileSync(file, text, { flag });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`${option} ${file} cannot be written (${code}): give a file in a folder that exists`);
  }
}
