import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chineseObjectives } from '../../../src/report/messages/chinese-objectives.ts';
import { SAMPLE_FACTS } from '../../helpers/sample-findings.ts';

const [facts] = SAMPLE_FACTS.sloCell;
assert.ok(facts !== undefined);

test('the cell that meets the objectives, by name, with the limits and the share of each cell', () => {
  const { sentence, evidence } = chineseObjectives.sloCell(facts);
  assert.match(
    sentence,
    /（99% 的请求 TTFT 不超过 500 ms、TPOT 不超过 50 ms、E2EL 不超过 10 s）.*10x100：.* 26\.50 个。$/,
  );
  assert.match(evidence, /^10x100：3 次运行共 5,100 个请求，99\.6% 达标；100x200：/);
});
