import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Histogram, HistogramLogReader, listTags } from 'hdr-histogram-js';
import { hdrHistogramLog } from '../../src/measure/hlog.ts';
import { summarizeRun } from '../../src/measure/run-summary.ts';
import { NO_CHUNKS } from '../../src/model/chunk-times.ts';
import { sampleLoop, sampleResult, sampleRun } from '../helpers/sample-runs.ts';

function read(log: string): Histogram[] {
  const reader = new HistogramLogReader(log, 32);
  const found: Histogram[] = [];
  for (let next = reader.nextIntervalHistogram(); next !== null; next = reader.nextIntervalHistogram()) {
    found.push(next);
  }
  return found;
}

const { run, results } = sampleLoop(sampleRun());
const log = hdrHistogramLog(run, results);

test('the library’s reader gives back what the summary has, within three digits', () => {
  const summary = summarizeRun(run, results);
  const stats = {
    ttft: 'ttftMs',
    itl: 'itlMs',
    tpot: 'tpotMs',
    e2el: 'e2elMs',
    response: 'responseMs',
  } as const;
  assert.deepEqual(listTags(log).sort(), Object.keys(stats).sort());
  for (const [tag, name] of Object.entries(stats)) {
    const lines = read(log).filter((line) => line.tag === tag);
    const { count, mean, max } = summary[name as 'ttftMs'];
    assert.equal(
      lines.reduce((sum, line) => sum + line.totalCount, 0),
      count,
      tag,
    );
    const total = lines.reduce((sum, line) => sum + line.mean * line.totalCount, 0);
    assert.ok(Math.abs(total / count / 1e3 / (mean ?? 0) - 1) < 0.001, tag);
    assert.ok(Math.abs(Math.max(...lines.map((line) => line.maxValue)) / 1e3 / (max ?? 0) - 1) < 0.001, tag);
  }
});

test('one line a second and tag, in order, on the run’s own clock', () => {
  const lines = read(log);
  assert.ok(lines.every((line) => line.endTimeStampMsec - line.startTimeStampMsec === 1_000));
  const starts = lines
    .filter(({ tag }) => tag === 'itl')
    .map((line) => line.startTimeStampMsec - run.startedAtMs);
  assert.deepEqual(starts, [0, 1_000]);
  assert.deepEqual(log.split('\n').slice(0, 5), [
    '#[Histogram log format version 1.3]',
    '#[reprise run 1; values in microseconds, Interval_Max in milliseconds]',
    '#[StartTime: 1795525200.000 (seconds since epoch), 2026-11-24T13:00:00.000Z]',
    '#[BaseTime: 1795525200.000 (seconds since epoch)]',
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
  ]);
});

test('Interval_Max is in milliseconds', () => {
  const one = { result: sampleResult({ finishedUs: 250_000 }), chunks: NO_CHUNKS };
  assert.match(hdrHistogramLog(run, [one]), /^Tag=e2el,0\.000,1\.000,250\.\d{3},HISTFAAAA/m);
});

test('failures have no latency; an empty run is a log without lines', () => {
  const failed = { result: sampleResult({ outcome: 'http_error' }), chunks: NO_CHUNKS };
  assert.deepEqual(read(hdrHistogramLog(run, [failed])), []);
});

test('values beyond an hour are counted at its edge', () => {
  const slow = { result: sampleResult({ finishedUs: 2 ** 33 }), chunks: NO_CHUNKS };
  const [line] = read(hdrHistogramLog(run, [slow]));
  assert.ok(line !== undefined && Math.abs(line.maxValue / 3.6e9 - 1) < 0.001);
});
