import { NO_ANSWER } from '../../formats/format.ts';
import { type BenchmarkRequest, type BenchmarkRun, readsOf } from '../../formats/results/benchmark-run.ts';
import { invalidReasons } from '../../measure/invalid-reasons.ts';
import { type MeasuredResult, summarizeRun } from '../../measure/run-summary.ts';
import type { Result } from '../../model/result.ts';
import type { Run, RunOrigin, RunSettings } from '../../model/run.ts';
import type { ImportedExchange, ImportWriter } from '../../store/import-writer.ts';
import { toolVersion } from '../provenance.ts';
import { knownRow } from './tape-row.ts';

/** The number of first prompts whose lengths are kept, to compare what two runs asked. */
const KEPT_LENGTHS = 1_000;

/** What a run is called whose file does not name the server. */
const NO_TARGET = 'unknown';

/** What an import reports about a run. */
export interface WrittenRun {
  readonly id: number;
  readonly label: string;
  readonly requests: number;
  readonly valid: boolean;
}

/**
 * Writes a benchmark's run with an exchange for each of its requests, which has no body: they can be counted and compared,
 * not replayed.
 */
export function writeRun(
  writer: ImportWriter,
  benchmark: BenchmarkRun,
  { file, label, nowMs }: { readonly file: string; readonly label: string; readonly nowMs: number },
): WrittenRun {
  const { cell, windowUs, wasStopped, requests } = benchmark;
  let first = 0;
  for (const [i, request] of requests.entries()) {
    const id = writer.add(exchangeOf(benchmark, request));
    if (i === 0) first = id;
  }
  const endedUs = requests.reduce((most, { finishedUs }) => Math.max(most, finishedUs), windowUs);
  const run: Run = {
    id: 0,
    label,
    target: benchmark.target ?? NO_TARGET,
    cell,
    startedAtMs: benchmark.startedAtMs ?? nowMs,
    startedUs: 0,
    toolVersion: toolVersion(),
    settings: settingsOf(benchmark, file, writer.repeatOf(label, cell)),
    end: { windowUs, endedUs, stoppedEarly: wasStopped, health: null, invalidReasons: [] },
  };
  // The reads of all answers together would be the largest part of an import.
  function* results(): Generator<MeasuredResult<Result>> {
    for (const [i, request] of requests.entries()) yield resultOf(request, first + i);
  }
  const reasons = invalidReasons(summarizeRun(run, results()));
  const id = writer.addRun(
    { ...run, end: { windowUs, endedUs, stoppedEarly: wasStopped, health: null, invalidReasons: reasons } },
    results(),
  );
  return { id, label, requests: requests.length, valid: reasons.length === 0 };
}

function settingsOf(
  { tool, model, asked, load, requests }: BenchmarkRun,
  file: string,
  repeat: number,
): RunSettings {
  return {
    origin: {
      tool,
      file,
      model,
      asked,
      promptLengths: firstLengths(requests),
    },
    repeat,
    exchanges: requests.length,
    requests: requests.length,
    load,
    // All that follows is unknown.
    plan: { fingerprint: '', requests: '', conversations: '' },
    conversations: requests.length,
    skipped: [],
    changes: [],
    cacheRefusal: null,
    workers: 1,
    commandLine: [],
    client: '',
    durationUs: null,
    loop: false,
    timeoutUs: LONGEST_TIMEOUT_US,
    order: 'recorded',
    think: { kind: 'none' },
    aborts: 'replay',
    cache: 'warm',
    lengths: 'free',
    select: [],
    limit: null,
    model: [],
    set: [],
    stream: 'keep',
    usage: 'keep',
    warmup: null,
    seed: 0,
  };
}

function firstLengths(requests: readonly BenchmarkRequest[]): RunOrigin['promptLengths'] {
  const first = requests.filter(({ seq }) => seq < KEPT_LENGTHS);
  const lengths = new Array<number | null>((first.at(-1)?.seq ?? -1) + 1).fill(null);
  // A request that failed may have the length that was planned instead.
  for (const { seq, outcome, promptTokens } of first) lengths[seq] = outcome === 'ok' ? promptTokens : null;
  return lengths;
}

/** A day: no request of a benchmark takes as long. */
const LONGEST_TIMEOUT_US = 86_400e6;

function exchangeOf(
  { path, model }: BenchmarkRun,
  { promptTokens, streamed }: BenchmarkRequest,
): ImportedExchange {
  return {
    arrivedUs: null,
    method: 'POST',
    path: path ?? '/',
    requestHeaders: [],
    model,
    stream: streamed,
    maxTokens: null,
    messages: null,
    sessionKey: null,
    requestBytes: 0,
    requestTruncated: false,
    sentTwice: false,
    requestBody: null,
    ...knownRow(NO_ANSWER, null),
    promptTokens,
  };
}

function resultOf(benchmark: BenchmarkRequest, exchangeId: number): MeasuredResult<Result> {
  const { gapsUs: _gaps, ...request } = benchmark;
  return {
    result: {
      id: 0,
      runId: 0,
      exchangeId,
      thread: 0,
      connection: 0,
      headersUs: null,
      firstByteUs: null,
      firstVisibleUs: null,
      errorCode: null,
      finishReason: null,
      answerHash: null,
      oddEvents: 0,
      plannedAbort: false,
      askedTokens: null,
      ...request,
    },
    chunks: readsOf(benchmark),
  };
}
