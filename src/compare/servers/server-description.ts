import { readMetricsPage } from '../../measure/server/metrics-page.ts';
import type { ServerState } from '../../model/capture.ts';

/** How a server describes itself: the documents as they came, null where it gave none. */
export interface ServerDescription {
  /** The body of `/version`. */
  readonly version: string | null;
  /** The body of `/v1/models`. */
  readonly models: string | null;
  /** The body of `/server_info?config_format=json`, which vLLM serves in development mode only. */
  readonly serverInfo: string | null;
  /** What a command of the operator printed, such as `nvidia-smi -q`. */
  readonly command: string | null;
  /** The `system_fingerprint` of the last answer. */
  readonly fingerprint: string | null;
  /** `process_start_time_seconds` of `/metrics`. */
  readonly processStartSec: number | null;
  /** Counters of `/metrics` by name, each the sum over its labels: they only rise while a process lives. */
  readonly counters: Readonly<Record<string, number>>;
}

/** What a server said of itself at one edge of a run; null when it was not asked or said nothing. */
export function readServerDescription(
  states: readonly ServerState[],
  edge: ServerState['edge'],
): ServerDescription | null {
  const said = states.filter((state) => state.edge === edge);
  if (said.length === 0) return null;
  const body = (kind: ServerState['kind']): string | null =>
    said.find((state) => state.kind === kind && isGood(state))?.body ?? null;
  const page = readMetricsPage(body('metrics'));
  return {
    version: body('version'),
    models: body('models'),
    serverInfo: body('server_info'),
    command: body('command'),
    fingerprint: body('fingerprint'),
    processStartSec: page.sum('process_start_time_seconds'),
    counters: countersOf(page.samples),
  };
}

/** A document came with status 200, what a command printed with exit code 0. */
function isGood({ kind, status }: ServerState): boolean {
  return status === (kind === 'command' ? 0 : 200);
}

/** Sums over labels, since the series of a counter come one by one as they are first needed. */
function countersOf(samples: ReturnType<typeof readMetricsPage>['samples']): Record<string, number> {
  const counters: Record<string, number> = {};
  for (const { name, value } of samples) {
    if (name.endsWith('_total') && Number.isFinite(value)) counters[name] = (counters[name] ?? 0) + value;
  }
  return counters;
}
