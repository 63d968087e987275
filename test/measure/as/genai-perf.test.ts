import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { genaiPerfFigures } from '../../../src/measure/as/genai-perf.ts';
import { REASONING_ANSWER, type Read, timedAnswer } from '../../helpers/timed-answer.ts';

/** 20 requests, and the statistics that genai-perf 0.0.16 made of the same as a profile export. */
interface Profiled {
  readonly requests: readonly {
    readonly sentMs: number;
    readonly reads: readonly { readonly atMs: number; readonly texts: number }[];
    readonly inputTokens: number;
    readonly outputTokens: number;
  }[];
  readonly statistics: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
}

test('the tool’s own parser gives the same of the same reads', () => {
  const file = new URL('../../fixtures/genai-perf-0.0.16/statistics.json', import.meta.url);
  const { requests, statistics }: Profiled = JSON.parse(readFileSync(file, 'utf8'));
  const results = requests.map(({ sentMs, reads, inputTokens, outputTokens }) =>
    timedAnswer(
      reads.map(({ atMs, texts }): Read => [atMs, texts > 0 ? ['content'] : ['role'], 1, texts]),
      { sentUs: sentMs * 1e3, promptTokens: inputTokens, completionTokens: outputTokens },
    ),
  );
  const { metrics } = genaiPerfFigures(results);
  assert.deepEqual(Object.keys(metrics).sort(), Object.keys(statistics).sort());
  for (const [name, theirs] of Object.entries(statistics)) {
    const ours = new Map(Object.entries(metrics[name] ?? {}));
    assert.deepEqual([...ours.keys()].sort(), Object.keys(theirs).sort(), name);
    assert.equal(ours.get('unit'), theirs.unit);
    for (const [figure, value] of Object.entries(theirs)) {
      if (typeof value !== 'number') continue;
      // The tool rounds a gap to nanoseconds.
      assert.ok(
        Math.abs(Number(ours.get(figure)) - value) < 1e-4,
        `${name} ${figure}: ${ours.get(figure)}, ${value}`,
      );
    }
  }
});

test('only content counts: reasoning, roles and the end mark are no responses', () => {
  const { metrics } = genaiPerfFigures([timedAnswer(REASONING_ANSWER)]);
  const avg = (name: string) => (metrics[name] as { avg: number }).avg;
  assert.equal(avg('time_to_first_token'), 120);
  assert.equal(avg('request_latency'), 180);
  assert.ok(Math.abs(avg('inter_token_latency') - 60 / 7) < 1e-9);
});

test('an answer without content, or that failed, is left out', () => {
  const { metrics, caveats } = genaiPerfFigures([
    timedAnswer([[25, ['reasoning'], 1, 1]]),
    timedAnswer(REASONING_ANSWER, { outcome: 'http_error', status: 500 }),
    timedAnswer(REASONING_ANSWER, { outcome: 'client_aborted', plannedAbort: true }),
  ]);
  assert.equal((metrics.request_count as { avg: number }).avg, 0);
  assert.deepEqual(caveats, { aborted: 1, plain: 0, countedTokens: 0 });
});
