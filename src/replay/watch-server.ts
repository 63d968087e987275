import { type ServerSample, sampleIn } from '../measure/server/server-samples.ts';
import { type Timers, timersSince } from '../model/timers.ts';
import { askTarget } from './ask-target.ts';
import { pathBelow } from './engine/request-bytes.ts';
import { type Trust, USUAL_TRUST } from './engine/target-socket.ts';

/** Samples kept of a run. */
const MOST_SAMPLES = 600;

/** A page that takes longer is a gap, ms. */
const TIMEOUT_MS = 2_000;

/** Between two questions of a run, ms: a page of metrics takes some milliseconds of the server's event loop. */
const [LEAST_MS, USUAL_MS] = [250, 1_000] as const;

/** Where and how often a server is asked. */
export interface WatchPlan {
  /** Raw header pairs, e.g. a key. */
  readonly headers: readonly string[];
  /** What the instants of samples count from, microseconds of the timers' clock. */
  readonly startedUs: number;
  readonly everyMs: number;
  /** Samples kept: with more, every second one goes and the server is asked half as often. */
  readonly most?: number;
  readonly trust?: Trust;
}

/** How often a server is asked in a run of this length: every second, more often where that would be a few times only. */
export function watchEveryMs(durationUs: number | null): number {
  return durationUs === null ? USUAL_MS : Math.max(LEAST_MS, Math.min(USUAL_MS, durationUs / 20e3));
}

/**
 * Asks a server for its `/metrics` again and again and keeps what they say of its load. Nothing waits for it and it never
 * throws: a page that does not come leaves a sample without values.
 */
export function watchServer(
  base: string,
  { headers, startedUs, everyMs, most = MOST_SAMPLES, trust = USUAL_TRUST }: WatchPlan,
  timers: Timers,
) {
  const stop = new AbortController();
  const path = pathBelow(new URL(base), '/metrics');
  const question = {
    method: 'GET',
    path,
    headers,
    timeoutMs: TIMEOUT_MS,
    trust,
    signal: stop.signal,
  } as const;
  const clock = timersSince(timers, startedUs);
  let samples: ServerSample[] = [];
  let periodMs = everyMs;
  let dueMs = everyMs / 2;
  let timer = wait();

  function wait() {
    return clock.after(Math.max(1, dueMs - clock.nowUs() / 1e3), look);
  }

  async function look(): Promise<void> {
    const askedUs = clock.nowUs();
    const text = await askTarget(base, question).then(
      (reply) => (reply.status === 200 ? reply.text : ''),
      () => '',
    );
    if (stop.signal.aborted) return;
    samples.push({ atMs: Math.round((askedUs + clock.nowUs()) / 2e3), ...sampleIn(text) });
    if (samples.length === most) {
      samples = samples.filter((_sample, i) => i % 2 === 0);
      periodMs *= 2;
    }
    // One that came late is not followed by several at once.
    dueMs = Math.max(dueMs + periodMs, clock.nowUs() / 1e3);
    timer = wait();
  }

  return {
    /** In order of time. */
    samples: (): readonly ServerSample[] => samples,
    stop(): void {
      stop.abort();
      clock.cancel(timer);
    },
  };
}

export type ServerWatch = ReturnType<typeof watchServer>;
