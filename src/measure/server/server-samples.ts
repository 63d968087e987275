import type { ServerState } from '../../model/capture.ts';
import { asArray, asObject, parseJson } from '../../model/json.ts';
import { type MetricsPage, readMetricsPage } from './metrics-page.ts';

/** What a server said of its load at one instant of a run; null where its page did not come or does not say. */
export interface ServerSample {
  /** From the run's start, half-way between question and answer. */
  readonly atMs: number;
  /** Requests in its batch, over all engines. */
  readonly running: number | null;
  /** Requests in its queue, over all engines. */
  readonly waiting: number | null;
  /** Share of the KV cache in use, 0 to 1; of the fullest engine where there are several. */
  readonly kvCacheUsage: number | null;
}

/** The gauges' names; vLLM has published the last one under both, today's first. */
export const LOAD_METRICS = {
  running: 'vllm:num_requests_running',
  waiting: 'vllm:num_requests_waiting',
  kvUsage: ['vllm:kv_cache_usage_perc', 'vllm:gpu_cache_usage_perc'],
} as const;

/** `num_requests_waiting_by_reason` is another metric: a name ends at its labels or its value. */
const LINE = new RegExp(`^(?:${Object.values(LOAD_METRICS).flat().join('|')})[{ ][^\\n]*`, 'gm');

/**
 * What a page of `/metrics` says of the load. Only its lines are read: the whole page would take the thread that sends some
 * milliseconds.
 */
export function sampleIn(text: string): Omit<ServerSample, 'atMs'> {
  const page = readMetricsPage(text.match(LINE)?.join('\n') ?? '');
  return {
    running: page.sum(LOAD_METRICS.running),
    waiting: page.sum(LOAD_METRICS.waiting),
    kvCacheUsage: kvUsageOf(page),
  };
}

/** Whether a page of `/metrics` says anything of the load. */
export function saysLoad(text: string): boolean {
  return Object.values(sampleIn(text)).some((value) => value !== null);
}

/** Share of the KV cache in use, 0 to 1, of the fullest engine; null where the page does not say. */
export function kvUsageOf(page: MetricsPage): number | null {
  return page.largest(LOAD_METRICS.kvUsage.find((name) => page.has(name)));
}

/** The samples of a run as a tape has them. */
export function samplesState(samples: readonly ServerSample[], takenAtMs: number): ServerState {
  return { edge: 'end', kind: 'samples', takenAtMs, status: 200, body: JSON.stringify(samples) };
}

/** The samples among what a tape has of a server, in order of time; what is no sample, as a stranger's tape may have, is passed over. */
export function samplesOf(states: readonly ServerState[]): readonly ServerSample[] {
  const body = states.find(({ kind }) => kind === 'samples')?.body;
  if (body === undefined) return [];
  let stored: unknown;
  try {
    stored = parseJson(body);
  } catch {
    return [];
  }
  const number = (value: unknown): number | null => (Number.isFinite(value) ? (value as number) : null);
  return asArray(stored)
    .flatMap((one) => {
      const sample = asObject(one);
      const atMs = number(sample?.atMs);
      if (sample === null || atMs === null) return [];
      const { running, waiting, kvCacheUsage } = sample;
      return [
        { atMs, running: number(running), waiting: number(waiting), kvCacheUsage: number(kvCacheUsage) },
      ];
    })
    .sort((a, b) => a.atMs - b.atMs);
}
