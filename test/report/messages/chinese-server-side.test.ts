import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chineseServerSide } from '../../../src/report/messages/chinese-server-side.ts';
import { SAMPLE_FACTS } from '../../helpers/sample-findings.ts';

test('where requests queue, with every cell’s wait', () => {
  const [facts] = SAMPLE_FACTS.queueing;
  assert.ok(facts !== undefined);
  const { sentence, evidence } = chineseServerSide.queueing(facts);
  assert.match(sentence, /^从 10x100 起请求在服务器内排队：.*850 ms.*16%。$/);
  assert.match(evidence, /open 12\.5\/s：1\.2 ms（0\.1%）；10x100：850 ms（16%）。$/);
});

test('the unit of hits is the server’s', () => {
  const units = SAMPLE_FACTS.prefixCache.map((facts) => chineseServerSide.prefixCache(facts).evidence);
  assert.match(units[0] ?? '', /^100,000 个 token 中命中 45,000 个；/);
  assert.match(units[1] ?? '', /^100,000 个块中命中 45,000 个。$/);
});
