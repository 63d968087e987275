import assert from 'node:assert/strict';
import { test } from 'node:test';
import { englishObjectives } from '../../../src/report/messages/english-objectives.ts';
import { SAMPLE_FACTS } from '../../helpers/sample-findings.ts';

const [facts] = SAMPLE_FACTS.sloCell;
const points = SAMPLE_FACTS.sloPoint;
assert.ok(facts !== undefined);

test('the cell that meets the objectives, by name, with the limits and the share of each cell', () => {
  const { sentence, evidence } = englishObjectives.sloCell(facts);
  assert.match(
    sentence,
    /\(TTFT up to 500 ms, TPOT up to 50 ms, E2EL up to 10 s, for 99 % .* is 10x100, with 26\.50 good/,
  );
  assert.equal(
    evidence,
    '10x100: 99.6 % of 5,100 requests in 3 runs; 100x200: 84.2 % of 2,397 requests in 1 run.',
  );
});

test('a closed loop is held by requests in flight, an open one by what is admitted', () => {
  assert.match(points.map((p) => englishObjectives.sloPoint(p).sentence)[0] ?? '', /100 requests in flight/);
  assert.match(points.map((p) => englishObjectives.sloPoint(p).sentence)[1] ?? '', /admit about 12\.5 req/);
});
