import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertRefused } from '../../helpers/refusals.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';

test('the last session of the tape, or two labels; as text and as JSON', async () => {
  const [text, json] = await Promise.all([
    runCli(['budget', SAMPLE_TAPE]),
    runCli(['budget', SAMPLE_TAPE, 'before', 'after', '--json']),
  ]);
  assert.deepEqual([text.code, text.stderr], [0, '']);
  assert.match(
    text.stdout,
    /^pairs and time needed to detect a change with a power of 80 %\nmetric .*2 %.*10 %\n2x4 TTFT /,
  );
  const document = JSON.parse(json.stdout);
  assert.deepEqual([document.baseline, document.candidate], ['before', 'after']);
  assert.ok(document.pairSeconds > 0);
  const [metric] = document.metrics;
  assert.deepEqual(
    metric.steps.map(({ effect }: { effect: number }) => effect),
    [0.02, 0.03, 0.05, 0.1],
  );
});

test('words it cannot mean', () =>
  assertRefused([
    [['budget', SAMPLE_TAPE, 'before'], /before is one label/],
    [['budget', SAMPLE_TAPE, 'before', 'aftr'], /no run is labelled aftr/],
    [['budget', SAMPLE_TAPE, 'before', 'after', '--primary', 'speed'], /--primary speed/],
  ]));
