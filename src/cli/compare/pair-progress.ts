import type { PairedComparison } from '../../compare/session/judge-session.ts';
import { cellName } from '../../model/run.ts';
import { estimateLines, estimateSentence } from '../../report/comparison/live-estimate.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import { createReplayProgress, type ReplayBounds, type ReplayProgress } from '../replay/replay-progress.ts';
import type { LiveText } from '../terminal/live-text.ts';
import type { PairObserver } from './run-pairs.ts';

const english = messagesOf('en');

/** The live display of a session of pairs. */
export interface PairProgress extends PairObserver, Pick<ReplayProgress, 'send' | 'add' | 'text'> {}

/** How far a session may go. */
export interface PairBounds extends ReplayBounds {
  /** Pairs at each look, rising. */
  readonly looks: readonly number[];
}

/**
 * @param nowUs the monotonic clock
 * @param report called with a sentence about each pair
 */
export function createPairProgress(
  bounds: PairBounds,
  nowUs: () => number,
  report: (sentence: string) => void,
): PairProgress {
  const { looks } = bounds;
  const planned = looks.at(-1) ?? 0;
  const run = createReplayProgress(bounds, nowUs);
  const startedUs = nowUs();
  let made = 0;
  let pairedUs = startedUs;
  let doing: string | null = null;
  let title = '';
  let standing: PairedComparison | null = null;

  function begin(pair: number, what: string): void {
    title = `pair ${pair} of ${planned}`;
    doing = what;
  }

  function head(): string {
    if (made === 0) return title;
    const wholeUs = ((pairedUs - startedUs) / made) * planned;
    const leftSec = Math.max(0, wholeUs - (nowUs() - startedUs)) / 1e6;
    return `${title}, ${looks.length > 1 ? 'at most' : 'about'} ${time(leftSec)} left`;
  }

  return {
    switching: (pair, arm) => begin(pair, `switching the server to the ${arm}`),
    warming: (pair, arm) => begin(pair, `warming the ${arm}'s server`),
    timingControl: (pair, arm) => begin(pair, `timing the control request on the ${arm}`),
    running(pair, arm, cell, number, of) {
      title = `pair ${pair} of ${planned}, ${arm}`;
      doing = null;
      run.prepare(cell, number, of);
    },
    remaking(pair, cell, reasons) {
      report(`pair ${pair} of ${planned}, ${cellName(cell)}, is made again: ${english.reasons(reasons)}`);
    },
    paired(pair, comparison) {
      made = pair;
      pairedUs = nowUs();
      standing = comparison;
      report(`pair ${pair} of ${planned}: ${estimateSentence(comparison)}`);
    },
    send: run.send,
    add: run.add,
    text(): LiveText {
      const now = doing === null ? run.text() : { line: doing, block: [doing] };
      const estimate =
        standing === null
          ? []
          : [...estimateLines(standing), `an estimate and no verdict: ${verdictAt(looks, made)}`];
      return {
        line: `${head()}: ${now.line}`,
        block: [head(), ...estimate.map((line) => `  ${line}`), ...now.block],
      };
    },
  };
}

function verdictAt(looks: readonly number[], made: number): string {
  const next = looks.find((look) => look > made);
  return next === undefined ? 'the last pair is made' : `the next look is at ${next} pairs`;
}

function time(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
