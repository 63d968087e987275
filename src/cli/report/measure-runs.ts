import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { localRemote, openRemote, type Remote } from '../../model/remote.ts';
import type { Run } from '../../model/run.ts';
import type { Slo } from '../../model/slo.ts';
import type { TapeReader } from '../../store/tape-reader.ts';
import { workerFile } from '../worker-file.ts';
import { MEASURES, type Measured } from './measure-run.ts';

/** What a thread that measures runs of a tape is started with. */
export interface MeasurerThreadData<M extends keyof Measured> {
  readonly path: string;
  readonly measure: M;
  readonly slo: Slo | null;
}

/** What such a thread does. */
export interface Measurer<M extends keyof Measured> {
  measure(run: Run): Measured[M];
}

export function createMeasurer<M extends keyof Measured>(
  tape: TapeReader,
  measure: M,
  slo: Slo | null,
): Measurer<M> {
  return { measure: (run) => MEASURES[measure](tape, run, slo) as Measured[M] };
}

export interface MeasureOptions {
  readonly slo: Slo | null;
  /** Threads that share the runs; chosen by the machine and by how much there is to read where it is absent. */
  readonly threads?: number;
}

/** A thread costs 0.1 s and some 80 MB: below this many results one alone is done sooner. */
const WORTH_THREADS = 100_000;
const MOST_THREADS = 4;

/** A row lives for microseconds: room for many of them is memory without use. */
const LIMITS = { maxYoungGenerationSizeMb: 8 } as const;

/** Measures runs of a tape, in the order given, on several threads where that is worth it. */
export async function measureRuns<M extends keyof Measured>(
  measure: M,
  tape: TapeReader,
  path: string,
  runs: readonly Run[],
  { slo, threads = threadsFor(tape, runs) }: MeasureOptions,
): Promise<readonly Measured[M][]> {
  const measured: Measured[M][] = [];
  const waiting = runs.entries();
  const work = async (measurer: Remote<Measurer<M>>): Promise<void> => {
    for (const [i, run] of waiting) measured[i] = await measurer.call('measure', run);
  };
  if (threads === 1) {
    await work(localRemote(createMeasurer(tape, measure, slo)));
    return measured;
  }
  const workers = Array.from({ length: threads }, () => startMeasurer({ path, measure, slo }));
  try {
    await Promise.all(workers.map((worker) => work(openRemote(worker, {}, 'a thread that measures'))));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return measured;
}

function startMeasurer<M extends keyof Measured>(workerData: MeasurerThreadData<M>): Worker {
  return new Worker(workerFile('measurer', import.meta.url), { workerData, resourceLimits: LIMITS });
}

function threadsFor(tape: TapeReader, runs: readonly Run[]): number {
  const results = runs.reduce((sum, { id }) => sum + tape.resultCount(id), 0);
  return results < WORTH_THREADS
    ? 1
    : Math.max(1, Math.min(availableParallelism(), runs.length, MOST_THREADS));
}
