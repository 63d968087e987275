import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatherTraffic, trafficJson } from '../../../src/cli/report/gather-traffic.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';

test('figures and shape of what was recorded, prompts from the stored bodies', () => {
  const tape = openTape(SAMPLE_TAPE);
  try {
    const report = gatherTraffic(tape, 'recordings/sample.sqlite');
    const { traffic, figures } = report;
    assert.equal(figures.exchanges, 28);
    assert.equal(traffic.prefix.prompts, 28);
    // Three conversations by session; single questions, also the eight that are the same, are one each.
    assert.equal(traffic.conversations, 22);
    assert.equal(
      traffic.turns.reduce((sum, { count }) => sum + count, 0),
      22,
    );
    // Later turns repeat earlier ones, so some of it could have been cached, but by far not all.
    assert.ok((traffic.prefix.share ?? 0) > 0.05 && (traffic.prefix.share ?? 1) < 0.5);
    const { exchanges, traffic: shape } = JSON.parse(trafficJson(report));
    assert.deepEqual([exchanges, shape.conversations], [28, 22]);
  } finally {
    tape.close();
  }
});
