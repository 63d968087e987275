import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FindingKind, FindingText } from '../../../src/report/findings/finding.ts';
import { englishFindings } from '../../../src/report/messages/english-findings.ts';
import { SAMPLE_FACTS } from '../../helpers/sample-findings.ts';

test('every finding is whole sentences with its evidence and its rule', () => {
  for (const kind of Object.keys(SAMPLE_FACTS) as FindingKind[]) {
    const say = englishFindings[kind] as (facts: unknown) => FindingText;
    for (const facts of SAMPLE_FACTS[kind]) {
      const { sentence, evidence, condition } = say(facts);
      for (const text of [sentence, evidence, condition]) {
        assert.doesNotMatch(text, /undefined|NaN|null|\[object| {2}|[\u4e00-\u9fff]/, `${kind}: ${text}`);
        assert.ok(text.length > 3, kind);
      }
      assert.match(sentence, /^[A-Zw\d].*\.$/, kind);
    }
  }
});

test('one of a thing is not written as many', () => {
  const { evidence } = englishFindings.bestCell({
    ...SAMPLE_FACTS.highestThroughput[0],
    runs: 1,
    cells: 2,
  } as never);
  assert.match(evidence, /1 run, /);
});

test('the words that a user looks for', () => {
  const [facts] = SAMPLE_FACTS.capacityTooFew;
  assert.ok(facts !== undefined);
  assert.match(englishFindings.capacityTooFew(facts).sentence, /too few cells to estimate capacity/);
});
