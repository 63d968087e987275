import { createCredentialRedaction } from '../../chat/redaction/credentials.ts';
import { type LoopMonitor, startLoopMonitor } from '../../measure/loop-monitor.ts';
import { systemClock } from '../../model/clock.ts';
import {
  type Recorder,
  type RecorderStats,
  recordingFilter,
  startRecorder,
} from '../../record/start-recorder.ts';
import type { TlsFiles } from './record-settings.ts';
import { createSegmentSink } from './segment-sink.ts';

/** How a proxy forwards and records; plain data. */
export interface ProxySettings {
  readonly upstream: string;
  readonly host: string;
  readonly port: number;
  readonly paths: readonly string[] | null;
  readonly redactHeaders: readonly string[];
  readonly hashKey: Uint8Array;
  readonly tls: TlsFiles | null;
  readonly upstreamCa: string | null;
  readonly maxBodyBytes: number;
  readonly maxResentBytes: number;
  /** Refuses what cannot be recorded. */
  readonly failClosed: boolean;
  readonly namesUpstream: boolean;
  /** The most connections of clients at a time, null for no bound. */
  readonly maxConnections: number | null;
  /** Measures the delay of the event loop, which costs a little. */
  readonly watchLoop: boolean;
}

/** Which of the proxies of a recording it is. */
export interface ProxyShare {
  /** From 0. */
  readonly worker: number;
  /** Proxies that share one port. */
  readonly workers: number;
}

/** How a proxy fares. */
export interface ProxyStats extends RecorderStats {
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** What a proxy reports to the command. */
export interface ProxyEvents {
  /** Everything that it had for the tape of this number is there. */
  left(number: number): void;
  /** A few times a second. */
  stats(stats: ProxyStats): void;
}

export const NO_STATS: ProxyStats = {
  inFlight: 0,
  requests: 0,
  recorded: 0,
  resent: 0,
  refused: 0,
  connections: 0,
  connectionsRefused: 0,
  forwardSeconds: 0,
  loopDelayMs: { p50: 0, p99: 0, max: 0 },
};

const STATS_EVERY_MS = 200;

/** How often the event loop's delay is sampled, ms: the finer, the more it costs. */
const LOOP_SAMPLE_MS = 10;

/** One of the proxies of a recording, on this thread or on one of several. */
export function createProxy(events: ProxyEvents) {
  let share: ProxyShare = { worker: 0, workers: 1 };
  const segments = createSegmentSink((number) => number * share.workers + share.worker, events.left);
  let recorder: Recorder | null = null;
  let loop: LoopMonitor | null = null;
  let timer: NodeJS.Timeout | undefined;
  const stats = (): ProxyStats => ({
    ...(recorder?.stats() ?? NO_STATS),
    loopDelayMs: loop?.delayMs() ?? NO_STATS.loopDelayMs,
  });

  return {
    /** As `SegmentSink.enter`; the first call comes before `listen`. */
    enter: segments.enter,
    /**
     * @returns the URL that clients use
     * @throws UserError (as a rejection) when it cannot listen there
     */
    async listen(settings: ProxySettings, ofAll: ProxyShare): Promise<string> {
      share = ofAll;
      const { upstream, hashKey, redactHeaders, paths, failClosed, watchLoop, ...rest } = settings;
      recorder = await startRecorder({
        ...rest,
        upstream: new URL(upstream),
        reusePort: share.workers > 1,
        clock: systemClock,
        redaction: createCredentialRedaction({ hashKey, moreHeaders: redactHeaders }),
        shouldRecord: recordingFilter(paths),
        refuseRecorded: () => (failClosed ? segments.trouble() : null),
        sink: segments.sink,
      });
      loop = watchLoop ? startLoopMonitor(LOOP_SAMPLE_MS) : null;
      timer = setInterval(() => events.stats(stats()), STATS_EVERY_MS);
      return recorder.url.href;
    },
    stats: async (): Promise<ProxyStats> => stats(),
    /**
     * Takes no new connections and lets what is in flight end for at most `graceMs`; everything is on its tape, or counted as
     * lost, when this resolves.
     */
    async close(graceMs: number): Promise<ProxyStats> {
      await recorder?.close(graceMs);
      clearInterval(timer);
      loop?.stop();
      await segments.close();
      return stats();
    },
  };
}

export type RecordingProxy = ReturnType<typeof createProxy>;
