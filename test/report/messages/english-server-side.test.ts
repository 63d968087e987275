import assert from 'node:assert/strict';
import { test } from 'node:test';
import { englishServerSide } from '../../../src/report/messages/english-server-side.ts';
import { SAMPLE_FACTS } from '../../helpers/sample-findings.ts';

test('where requests queue, with every cell’s wait', () => {
  const [facts] = SAMPLE_FACTS.queueing;
  assert.ok(facts !== undefined);
  const { sentence, evidence } = englishServerSide.queueing(facts);
  assert.match(sentence, /from 10x100 on: there they waited 850 ms on average .* 16 % of their time/);
  assert.match(evidence, /open 12\.5\/s: 1\.2 ms \(0\.1 %\); 10x100: 850 ms \(16 %\)/);
});

test('the unit of hits is the server’s', () => {
  const units = SAMPLE_FACTS.prefixCache.map((facts) => englishServerSide.prefixCache(facts).evidence);
  assert.match(units[0] ?? '', /^45,000 of 100,000 tokens; from 40\.0 % in 10x100 to 55\.0 %/);
  assert.match(units[1] ?? '', /^45,000 of 100,000 blocks\.$/);
});
