import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FindingKind, FindingText } from '../../../src/report/findings/finding.ts';
import { chineseFindings } from '../../../src/report/messages/chinese-findings.ts';
import { englishFindings } from '../../../src/report/messages/english-findings.ts';
import { SAMPLE_FACTS } from '../../helpers/sample-findings.ts';

const numbersIn = (text: string): readonly string[] => (text.match(/\d[\d,.]*\d|\d/g) ?? []).toSorted();

test('every finding is Chinese, punctuated as Chinese is, and tells the same figures as the English one', () => {
  for (const kind of Object.keys(SAMPLE_FACTS) as FindingKind[]) {
    const [say, english] = [chineseFindings[kind], englishFindings[kind]] as ((
      facts: unknown,
    ) => FindingText)[];
    assert.ok(say !== undefined && english !== undefined);
    for (const facts of SAMPLE_FACTS[kind]) {
      const { sentence, evidence, condition } = say(facts);
      assert.match(sentence, /[\u4e00-\u9fff].*。$/, kind);
      for (const text of [sentence, evidence, condition]) {
        assert.doesNotMatch(text, /undefined|NaN|null|\[object| {2}/, `${kind}: ${text}`);
        // Half-width marks between Chinese characters, and a space before a percent sign, are not Chinese habit.
        assert.doesNotMatch(text, /[\u4e00-\u9fff][,;:.!?]|[,;:.!?][\u4e00-\u9fff]|\d %/, `${kind}: ${text}`);
      }
      if (kind === 'noValidRun') continue;
      const told = new Set([...numbersIn(sentence), ...numbersIn(evidence)]);
      for (const number of numbersIn(english(facts).sentence)) {
        assert.ok(told.has(number), `${kind}: ${number} of the English sentence is missing in: ${sentence}`);
      }
    }
  }
});
