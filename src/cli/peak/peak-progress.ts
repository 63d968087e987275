import { peakAnswer } from '../../compare/peak/answer.ts';
import type { PeakBench } from '../../compare/peak/run-search.ts';
import type { SearchRules, Visit } from '../../compare/peak/search.ts';
import type { Block } from '../../compare/peak/trial.ts';
import type { Arm } from '../../compare/session/arm-run.ts';
import type { Cell } from '../../model/run.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import { loadText } from '../../report/peak/peak-report.ts';
import { createReplayProgress, type ReplayProgress } from '../replay/replay-progress.ts';
import type { LiveText } from '../terminal/live-text.ts';
import { say } from '../terminal/terminal.ts';
import type { PeakSettings } from './peak-settings.ts';

/** What a search shows while it runs. */
export interface PeakProgress
  extends Pick<ReplayProgress, 'send' | 'add' | 'text'>,
    Pick<PeakBench, 'visited'> {
  begin(rules: SearchRules): void;
  doing(what: string): void;
  /** A block is about to be sent. */
  block(arm: Arm, load: number, cell: Cell, durationUs: number): void;
  measured(block: Block): void;
}

const en = messagesOf('en');

/** @param nowUs the monotonic clock */
export function createPeakProgress(settings: PeakSettings, nowUs: () => number): PeakProgress {
  const { axis, confidence, arms, maxTimeUs } = settings;
  const startedUs = nowUs();
  const bounds = { durationUs: null as number | null, requests: null };
  const run = createReplayProgress(bounds, nowUs);
  let rules: SearchRules | null = null;
  let waiting: string | null = 'reading the tape';
  let title = '';
  let blocks = 0;
  let bracket = 'no load has been decided yet';

  const minutesLeft = (): string =>
    `at most ${Math.max(0, Math.ceil((startedUs + maxTimeUs - nowUs()) / 60e6))} min left`;
  const named = (arm: Arm): string => (arms.length === 1 ? '' : `${arm}, `);

  return {
    begin(known) {
      rules = known;
      waiting = null;
    },
    doing(what) {
      waiting = what;
    },
    block(arm, load, cell, durationUs) {
      bounds.durationUs = durationUs;
      waiting = null;
      title = `${named(arm)}${loadText(axis, load, en)}`;
      run.prepare(cell, blocks + 1, blocks + 1);
    },
    measured({ good, requests }) {
      blocks += 1;
      title += `, last block ${en.quantities.portion(requests === 0 ? 0 : good / requests)} good`;
    },
    visited(arm, visits) {
      if (rules === null) return;
      const last = visits.at(-1);
      const { passes, fails } = peakAnswer(visits, rules, confidence, null);
      bracket = `${named(arm)}${en.peak.bracket(shown(passes), shown(fails))}`;
      if (last !== undefined)
        say(`${named(arm)}${visitText(last, rules)}; ${en.peak.bracket(shown(passes), shown(fails))}`);
    },
    send: run.send,
    add: run.add,
    text(): LiveText {
      const now = waiting === null ? run.text() : { line: waiting, block: [waiting] };
      const head = `peak: ${title === '' ? 'starting' : title}, ${blocks} blocks, ${minutesLeft()}`;
      return { line: `${head}: ${now.line}`, block: [head, `  ${bracket}`, ...now.block] };
    },
  };

  function shown(load: number | null): string | null {
    return load === null ? null : loadText(axis, load, en);
  }

  function visitText({ index, short, blocks: sent, decision }: Visit, { loads }: SearchRules): string {
    const share =
      sent.reduce((sum, { good, requests }) => sum + good / Math.max(requests, 1), 0) / sent.length;
    const load = loadText(axis, loads[index] ?? Number.NaN, en);
    return en.peak.visit(load, en.quantities.portion(share), sent.length, short ? 'hint' : decision);
  }
}
