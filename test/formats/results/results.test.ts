import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { readFileHead } from '../../../src/formats/reading/file-head.ts';
import { withAiperfSummary } from '../../../src/formats/results/aiperf.ts';
import { type BenchmarkRun, readsOf } from '../../../src/formats/results/benchmark-run.ts';
import { type FormatName, openReader, sniff } from '../../../src/formats/table.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/formats');

/** The runs of a file, and why its other records are none. */
function read(content: string | Buffer): {
  readonly runs: readonly BenchmarkRun[];
  readonly skips: readonly unknown[];
} {
  const head = readFileHead(Buffer.from(content), true);
  const sniffed = sniff(head);
  assert.equal(sniffed.kind, 'format', JSON.stringify(sniffed));
  const reader = openReader((sniffed as { readonly name: FormatName }).name, head);
  const skips = [...reader.push(head.bytes), ...reader.end()].map(({ decoded }) => decoded);
  return { runs: reader.runs?.() ?? [], skips };
}

const result = {
  backend: 'openai-chat',
  model_id: 'm',
  date: '20260102-030405',
  num_prompts: 3,
  request_rate: 'inf',
  burstiness: 1,
  max_concurrency: null,
  duration: 2,
  completed: 2,
  failed: 1,
  request_throughput: 1,
  input_lens: [10, 20, 30],
  output_lens: [3, 1, 0],
  ttfts: [0.1, 0.2, 0],
  itls: [[0.01, 0.02], [], []],
  latencies: [0.13, 0.2, 0],
  start_times: [100.5, 100.6, 100],
  queue_times: [0.5, 0, 0],
  errors: ['', '', 'Traceback\naiohttp.ClientConnectorError: Cannot connect to host\n'],
};

test('a result of vllm bench serve gives instants since its first request, and failures as failures', () => {
  const { runs } = read(JSON.stringify(result, null, 2));
  const [run] = runs;
  assert.deepEqual(run?.cell, { threads: 1, connections: 3 }, 'all are sent at once');
  assert.deepEqual([run?.windowUs, run?.path, run?.model], [2_000_000, '/v1/chat/completions', 'm']);
  assert.equal(run?.startedAtMs, new Date(2026, 0, 2, 3, 4, 3).getTime(), 'it notes its end');
  const [first, second, third] = run?.requests ?? [];
  assert.deepEqual(
    [first?.scheduledUs, first?.sentUs, first?.firstTokenUs, first?.lastTokenUs, first?.finishedUs],
    [0, 500_000, 600_000, 630_000, 630_000],
  );
  assert.deepEqual(first && readsOf(first).atUs, [600_000, 610_000, 630_000]);
  assert.deepEqual([second?.sentUs, second?.outcome, second?.completionTokens], [600_000, 'ok', 1]);
  assert.deepEqual(
    [third?.outcome, third?.error, third?.completionTokens, third?.streamed],
    ['unreachable', 'aiohttp.ClientConnectorError: Cannot connect to host', null, false],
  );
});

test('arrival rates are open loops, by the shape of their gaps', () => {
  const loads = [1, 4].map(
    (burstiness) => read(JSON.stringify({ ...result, request_rate: 5, burstiness })).runs[0]?.load,
  );
  assert.deepEqual(loads, [
    { kind: 'open', arrivals: { kind: 'poisson', ratePerSec: 5 }, maxInFlight: null },
    { kind: 'open', arrivals: { kind: 'gamma', ratePerSec: 5, cv: 0.5 }, maxInFlight: null },
  ]);
});

test('a result that is longer than what is looked at is recognized by what comes before its lists', () => {
  const start = Buffer.from(JSON.stringify(result).slice(0, 300));
  assert.deepEqual(sniff(readFileHead(start, false)), { kind: 'format', name: 'vllm-bench' });
  assert.equal(sniff(readFileHead(Buffer.from('{"model":"m","messages":[{"role"'), false)).kind, 'unknown');
});

test('results without single requests, or with arrays that do not fit, are skipped by reason', () => {
  const { start_times: _starts, ttfts: _ttfts, ...sums } = result;
  assert.deepEqual(read(JSON.stringify(sums)).skips, ['noSingleRequests']);
  assert.deepEqual(read(JSON.stringify({ ...sums, ttfts: result.ttfts })).skips, ['noStartTimes']);
  assert.deepEqual(read(JSON.stringify({ ...result, ttfts: [0.1] })).skips, ['malformed']);
  assert.deepEqual(read(JSON.stringify({ ...result, itls: [['a'], [], []] })).skips, ['malformed']);
  const appended = `${JSON.stringify(result)}\n${JSON.stringify(result)}\n`;
  assert.equal(read(appended).runs.length, 2, '--append-result writes one a line');
});

test('lines of aiperf are one run in the order of issue, without its warm-up', () => {
  const file = readFileSync(join(fixtures, 'aiperf/profile_export.jsonl'), 'utf8');
  const { runs, skips } = read(file);
  assert.deepEqual(skips, ['warmup', 'warmup']);
  const [run] = runs;
  assert.equal(run?.requests.length, 6);
  assert.deepEqual(
    run?.requests.map(({ outcome, tokenSource, completionTokens }) => [
      outcome,
      tokenSource,
      completionTokens,
    ]),
    Array.from({ length: 6 }, () => ['ok', 'usage', 16]),
  );
  const sent = run?.requests.map(({ sentUs }) => sentUs) ?? [];
  assert.deepEqual(
    sent,
    sent.toSorted((a, b) => a - b),
  );
  const summary = JSON.parse(readFileSync(join(fixtures, '../peers/profile_export_aiperf.json'), 'utf8'));
  const known = run && withAiperfSummary(run, summary);
  assert.deepEqual(
    [known?.model, known?.target, known?.path, known?.cell],
    ['tiny', 'http://127.0.0.1:8020', '/v1/chat/completions', { threads: 1, connections: 2 }],
  );
});

test('a request of aiperf that has no line leaves its number free, and turns of a conversation are numbered in order', () => {
  const line = (session: number, turn: number, startMs: number): string =>
    JSON.stringify({
      metadata: {
        session_num: session,
        turn_index: turn,
        request_start_ns: 1_700_000_000_000_000_000 + startMs * 1e6,
        request_end_ns: 1_700_000_000_000_000_000 + (startMs + 5) * 1e6,
        benchmark_phase: 'profiling',
      },
      metrics: { input_sequence_length: { value: 10 + session, unit: 'tokens' } },
    });
  const seqs = (...lines: readonly string[]) =>
    read(lines.join('\n')).runs[0]?.requests.map(({ seq, promptTokens }) => [seq, promptTokens]);
  assert.deepEqual(seqs(line(3, 0, 30), line(0, 0, 0), line(1, 0, 10)), [
    [0, 10],
    [1, 11],
    [3, 13],
  ]);
  assert.deepEqual(seqs(line(0, 1, 30), line(0, 0, 0), line(1, 0, 10)), [
    [0, 10],
    [1, 10],
    [2, 11],
  ]);
});

test('a result is read in pieces: the texts of its answers and other long members are passed over', () => {
  const long = {
    ...result,
    generated_texts: ['x'.repeat(100_000), '"}],\\'],
    rps_change_events: [{ rps: [1] }],
  };
  const whole = Buffer.from(`${JSON.stringify(long)}\n{"messages":[]}\n{"x":1}\n${JSON.stringify(long)}`);
  const head = readFileHead(whole.subarray(0, 1000), false);
  const reader = openReader('vllm-bench', head);
  const skips: unknown[] = [];
  for (let at = 0; at < whole.length; at += 997)
    skips.push(...reader.push(Buffer.from(whole.subarray(at, at + 997))));
  skips.push(...reader.end());
  assert.deepEqual(skips, [
    { line: 2, decoded: 'otherFormat' },
    { line: 3, decoded: 'noRequest' },
  ]);
  assert.deepEqual(reader.runs?.(), [
    ...read(JSON.stringify(result)).runs,
    ...read(JSON.stringify(result)).runs,
  ]);
});

test('readers of results never throw, whatever the members are', () => {
  const names = Object.keys(result).filter(
    (name) => !['request_throughput', 'completed', 'burstiness'].includes(name),
  );
  const member = fc.tuple(fc.constantFrom(...names), fc.jsonValue());
  fc.assert(
    fc.property(fc.array(member), (members) => {
      const { runs, skips } = read(JSON.stringify({ ...result, ...Object.fromEntries(members) }));
      assert.equal(runs.length + skips.length, 1);
    }),
  );
  const line = readFileSync(join(fixtures, 'aiperf/profile_export.jsonl'), 'utf8').split('\n').at(-2) ?? '';
  const parsed = JSON.parse(line) as Record<string, Record<string, unknown>>;
  const paths = ['metadata', 'metrics'].flatMap((of) =>
    Object.keys(parsed[of] ?? {}).map((name) => [of, name] as const),
  );
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.jsonValue(), ([of, name], value) => {
      const { runs, skips } = read(JSON.stringify({ ...parsed, [of]: { ...parsed[of], [name]: value } }));
      assert.equal(runs.length + skips.length, 1);
    }),
  );
});
