import type { Family } from './family.ts';

/** What the operating system says of the server's process. */
export interface ProcessUse {
  readonly residentBytes: number;
  readonly cpuSec: number;
  /** Seconds since 1970. */
  readonly startedSec: number;
}

/** The process metrics of `prometheus_client` that this process can tell: its own, in wall time. */
export function processFamilies({ residentBytes, cpuSec, startedSec }: ProcessUse): readonly Family[] {
  const gauge = (name: string, help: string, value: number): Family => ({
    name: `process_${name}`,
    kind: 'gauge',
    help,
    series: [{ labels: {}, value }],
  });
  return [
    gauge('resident_memory_bytes', 'Resident memory size in bytes.', residentBytes),
    gauge('start_time_seconds', 'Start time of the process since unix epoch in seconds.', startedSec),
    {
      ...gauge('cpu_seconds', 'Total user and system CPU time spent in seconds.', cpuSec),
      kind: 'counter',
      withoutCreated: true,
    },
  ];
}
