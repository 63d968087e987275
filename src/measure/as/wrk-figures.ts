import type { WrkResult } from '../../model/result.ts';
import type { Run } from '../../model/run.ts';
import { createNumberColumn, type NumberColumn } from '../sample.ts';
import { createWrkStats, type WrkLine, type WrkStats } from './wrk-stats.ts';

/** What wrk 4.2.0 would have printed of a run. */
export interface WrkFigures {
  /** As asked for; the runtime where a number of requests was, microseconds. */
  readonly durationUs: number;
  /** Of the whole test, microseconds. */
  readonly runtimeUs: number;
  readonly complete: number;
  readonly bytes: number;
  readonly latency: WrkLine;
  readonly reqSec: WrkLine;
  /** `[percent, microseconds]` */
  readonly distribution: readonly (readonly [number, number])[];
  readonly errors: {
    readonly connect: number;
    readonly read: number;
    readonly write: number;
    readonly timeout: number;
    readonly status: number;
  };
  /** What wrk does not print: for the footnote. */
  readonly unseen: {
    /** Requests that ended after the runtime. */
    readonly drained: number;
    /** Requests that we cut ourselves before. */
    readonly cut: number;
    /** Latencies that the correction added, and the mean without them, microseconds. */
    readonly corrected: number;
    readonly uncorrectedMean: number;
  };
}

/** wrk's threads look at their counters this often, µs. */
const TICK_US = 100_000;
/** The largest rate that wrk keeps of a thread, per second. */
const MAX_RATE = 10_000_000;

/** Computes wrk's figures of a run from its results. */
export function wrkFigures(run: Run, results: Iterable<WrkResult>): WrkFigures {
  const wrk = createWrkFigures(run);
  for (const result of results) wrk.add(result);
  return wrk.figures();
}

/**
 * Computes wrk's figures as wrk.c and stats.c of 4.2.0 do while results pass by, with its habits: requests in flight at
 * the end are not there, latencies above the timeout count as timeouts and as requests, the others are corrected for
 * coordinated omission. `figures` is asked for once, at the end.
 */
export function createWrkFigures(run: Run): {
  add(result: WrkResult): void;
  figures(): WrkFigures;
  /** The samples behind the figures, as wrk hands them to a script; only after `figures`. */
  samples(): { readonly latency: WrkStats; readonly rates: WrkStats };
} {
  const runtimeUs = run.end?.windowUs ?? 0;
  const latency = createWrkStats(run.settings.timeoutUs);
  const rates = createReqSec(run.cell.threads);
  // wrk sends nothing twice: each connection that broke is a read error.
  const errors = { connect: 0, read: run.end?.health?.retried ?? 0, write: 0, timeout: 0, status: 0 };
  const unseen = { drained: 0, cut: 0 };
  const { load } = run.settings;
  const isWrk = load.kind === 'closed' && load.semantics === 'wrk';
  let bytes = 0;
  let complete = 0;

  function addComplete(result: WrkResult): void {
    complete += 1;
    rates.completed(result.thread, result.finishedUs);
    if ((result.status ?? 0) > 399) errors.status += 1;
    const us = Math.round(result.finishedUs - (result.sentUs ?? result.scheduledUs));
    if (!latency.record(us)) errors.timeout += 1;
  }

  return {
    add(result) {
      rates.began(result.thread, result.scheduledUs);
      const late = result.finishedUs > runtimeUs;
      // wrk counts every byte that its sockets read, of answers too that it then drops.
      if (isWrk || !late) bytes += result.wireBytes;
      const end = late ? 'drained' : endOf(result);
      if (end === 'drained' || end === 'cut') unseen[end] += 1;
      else if (end !== 'complete') errors[end] += 1;
      else addComplete(result);
    },
    figures() {
      const recorded = { count: latency.count, mean: latency.line().mean };
      const rounds = Math.floor(complete / run.cell.connections);
      if (rounds > 0) latency.correct(Math.floor(runtimeUs / rounds));
      return {
        durationUs: run.settings.durationUs ?? runtimeUs,
        runtimeUs,
        complete,
        bytes,
        latency: latency.line(),
        reqSec: rates.stats().line(),
        distribution: [50, 75, 90, 99].map((p) => [p, latency.percentile(p)] as const),
        errors,
        unseen: { ...unseen, corrected: latency.count - recorded.count, uncorrectedMean: recorded.mean },
      };
    },
    samples: () => ({ latency, rates: rates.stats() }),
  };
}

/** wrk knows HTTP only: an answer is complete with its last byte, whatever its status or its stream contains. */
function endOf({
  outcome,
  errorCode,
  sentUs,
}: WrkResult): 'complete' | 'cut' | 'connect' | 'read' | 'timeout' {
  // Its break is counted with those of the run; what was sent then was answered.
  if (errorCode === 'sent_twice') return 'complete';
  switch (outcome) {
    case 'unreachable':
      return 'connect';
    case 'timeout':
      return sentUs === null ? 'connect' : 'timeout';
    case 'upstream_aborted':
    case 'unfinished':
      return 'read';
    case 'client_aborted':
      return 'cut';
    default:
      return 'complete';
  }
}

/**
 * Req/Sec: every 100 ms from its own start a thread that completed something notes its rate since its last note, cut to
 * a whole number; the notes of all threads are one sample.
 */
function createReqSec(threads: number) {
  const started = new Float64Array(threads).fill(Number.POSITIVE_INFINITY);
  /** Of each thread, made with its first. */
  const completions: NumberColumn[] = [];
  let made: WrkStats | null = null;
  return {
    began(thread: number, atUs: number): void {
      started[thread] = Math.min(started[thread] ?? atUs, atUs);
    },
    completed(thread: number, atUs: number): void {
      if (thread >= threads) return;
      completions[thread] ??= createNumberColumn();
      completions[thread].push(atUs);
    },
    /** What completes later is not in them. */
    stats(): WrkStats {
      if (made !== null) return made;
      const rates = createWrkStats(MAX_RATE);
      completions.forEach((atUs, thread) => {
        const ticks = new Map<number, number>();
        for (const at of atUs.values()) {
          const tick = Math.ceil((at - (started[thread] ?? 0)) / TICK_US);
          ticks.set(tick, (ticks.get(tick) ?? 0) + 1);
        }
        atUs.clear();
        let last = 0;
        for (const [tick, requests] of [...ticks].sort(([a], [b]) => a - b)) {
          const elapsedMs = (tick - last) * (TICK_US / 1e3);
          rates.record(Math.floor((requests / elapsedMs) * 1000));
          last = tick;
        }
      });
      made = rates;
      return rates;
    },
  };
}
