import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastSession, readPairs } from '../../../src/cli/compare/budget-command.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
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
    /^pairs and time needed to detect a change with a power of 80 %\n.*detectable\nmetric .*2 %.*10 %\n2x4 TTFT /,
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

const tape = openTape(SAMPLE_TAPE);

test('runs of one number and cell are a pair; the lower id came first', () => {
  const { cells, pairSeconds } = readPairs(tape, 'before', 'after');
  const ids = cells.map(({ pairs }) =>
    pairs.map(({ first, baseline, candidate }) => [first, baseline.summary.id, candidate.summary.id]),
  );
  assert.deepEqual(ids, [
    [
      ['baseline', 1, 7],
      ['baseline', 3, 9],
      ['baseline', 5, 11],
    ],
    [
      ['baseline', 2, 8],
      ['baseline', 4, 10],
      ['baseline', 6, 12],
    ],
  ]);
  assert.ok(pairSeconds > 1);
  assert.equal(readPairs(tape, 'after', 'before').cells[0]?.pairs[0]?.first, 'candidate');
});

test('fewer than three pairs have no noise', () => {
  assert.throws(
    () => readPairs(tape, '1,3', '7,9'),
    (error) => {
      return error instanceof UserError && /1,3 and 7,9 have 2 pairs of runs/.test(error.message);
    },
  );
});

test('the last session: the labels of the last runs, the earlier one first', () => {
  assert.deepEqual(lastSession(tape.runs()), ['before', 'after']);
  assert.throws(() => lastSession(tape.runs().slice(0, 6)), UserError);
});
