import type { LiveSample } from '../../model/completion.ts';
import { isError } from '../../model/outcome.ts';
import { type Cell, cellName, type SendSettings } from '../../model/run.ts';
import { counted } from '../../report/messages/catalogue.ts';
import { createLiveFigures, type LiveFigures, type LiveText, liveText } from '../terminal/live-text.ts';

/** When a run of the replay ends. */
export type ReplayBounds = Pick<SendSettings, 'durationUs' | 'requests'>;

/**
 * What a replay shows while it runs.
 * @param nowUs the monotonic clock
 */
export function createReplayProgress(bounds: ReplayBounds, nowUs: () => number) {
  let name = '';
  let figures: LiveFigures = createLiveFigures(0);
  let sending: { readonly startedUs: number; readonly inFlight: () => number } | null = null;
  let report: (failed: boolean) => void = () => undefined;
  function text(): LiveText {
    if (sending === null) {
      const waiting = `${name}: opening connections`;
      return { line: waiting, block: [waiting] };
    }
    const now = nowUs();
    const snapshot = figures.snapshot(now);
    const time = timeText(Math.max(0, now - sending.startedUs) / 1e6, snapshot.ended, bounds);
    const title = `${name}: ${time}`;
    return liveText(snapshot, {
      title,
      share: shareOf((now - sending.startedUs) / 1e6, snapshot.ended, bounds),
      inFlight: sending.inFlight(),
      more: [counted(snapshot.ended, 'answer')],
    });
  }

  return {
    /** A run is prepared. @param number of how many it is, from 1 */
    prepare(cell: Cell, number: number, of: number): void {
      name = `run ${number} of ${of}, ${cellName(cell)}`;
      sending = null;
    },
    /** It sends from now on. @param onRead called for each answer that was not cut */
    send(
      startedUs: number,
      inFlight: () => number,
      onRead: (failed: boolean) => void = () => undefined,
    ): void {
      report = onRead;
      figures = createLiveFigures(startedUs);
      sending = { startedUs, inFlight };
      // The first one compiles what makes it: some milliseconds of the thread that sends, taken before its clock starts.
      text();
    },
    add(samples: readonly LiveSample[]): void {
      figures.add(samples, nowUs());
      for (const { outcome } of samples) if (outcome !== 'client_aborted') report(isError(outcome));
    },
    text,
  };
}

export type ReplayProgress = ReturnType<typeof createReplayProgress>;

/** How much of a run is done, 0 to 1; null where its end is not known. */
function shareOf(elapsed: number, ended: number, { durationUs, requests }: ReplayBounds): number | null {
  if (durationUs !== null) return elapsed / (durationUs / 1e6);
  return requests === null ? null : ended / requests;
}

/** `23.0 of 60 s, 37 s left`; by the answers so far where a number of requests decides. */
function timeText(elapsed: number, ended: number, { durationUs, requests }: ReplayBounds): string {
  const seconds = (amount: number): string => amount.toFixed(0);
  const so = elapsed.toFixed(1);
  if (durationUs !== null) {
    const duration = durationUs / 1e6;
    const left = duration - elapsed;
    return left > 0
      ? `${so} of ${Number(duration.toFixed(1))} s, ${seconds(left)} s left`
      : `${so} s, sending has ended, waiting for the last answers`;
  }
  if (requests === null || ended === 0) return `${so} s`;
  const left = ended >= requests ? 0 : (elapsed * (requests - ended)) / ended;
  return `${so} s, about ${seconds(left)} s left`;
}
