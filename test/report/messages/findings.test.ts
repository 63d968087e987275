import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Finding,
  type FindingFacts,
  type FindingKind,
  type FindingText,
  found,
} from '../../../src/report/findings/finding.ts';
import { findingText } from '../../../src/report/messages/findings.ts';
import type { Language } from '../../../src/report/messages/languages.ts';
import { SAMPLE_FACTS } from '../../helpers/sample-findings.ts';

/** Every finding in every way in which it can be put. */
const FINDINGS: readonly Finding[] = (Object.keys(SAMPLE_FACTS) as FindingKind[]).flatMap((kind) =>
  SAMPLE_FACTS[kind].map((facts) => found(kind, 'finding', facts)),
);

const said = <K extends FindingKind>(
  kind: K,
  facts: FindingFacts[K] | undefined,
  language: Language = 'en',
): FindingText => findingText(found(kind, 'finding', facts ?? assert.fail(kind)), language);

const numbersIn = (text: string): readonly string[] => text.match(/\d[\d,.]*\d|\d/g) ?? [];

test('every finding is a whole sentence with its evidence and its rule', () => {
  for (const finding of FINDINGS) {
    const { sentence, evidence, condition } = findingText(finding, 'en');
    for (const text of [sentence, evidence, condition]) {
      assert.doesNotMatch(
        text,
        /undefined|NaN|null|\[object| {2}|[\u4e00-\u9fff]/,
        `${finding.kind}: ${text}`,
      );
      assert.ok(text.length > 3, finding.kind);
    }
    assert.match(sentence, /^[A-Zw\d].*\.$/, finding.kind);
  }
});

test('every finding is Chinese, punctuated as Chinese is, and has the figures of the English one', () => {
  for (const finding of FINDINGS) {
    const { kind } = finding;
    const { sentence, evidence, condition } = findingText(finding, 'zh');
    assert.match(sentence, /[\u4e00-\u9fff].*。$/, kind);
    for (const text of [sentence, evidence, condition]) {
      assert.doesNotMatch(text, /undefined|NaN|null|\[object| {2}/, `${kind}: ${text}`);
      // Half-width marks between Chinese characters, and a space before a percent sign, are not Chinese habit.
      assert.doesNotMatch(text, /[\u4e00-\u9fff][,;:.!?]|[,;:.!?][\u4e00-\u9fff]|\d %/, `${kind}: ${text}`);
    }
    const told = new Set([...numbersIn(sentence), ...numbersIn(evidence)]);
    for (const number of numbersIn(findingText(finding, 'en').sentence)) {
      assert.ok(told.has(number), `${kind}: ${number} of the English sentence is missing in: ${sentence}`);
    }
  }
});

test('one of a thing is not written as many', () => {
  const [facts] = SAMPLE_FACTS.bestCell;
  assert.match(said('bestCell', { ...(facts ?? assert.fail()), runs: 1 }).evidence, /1 run, /);
});

test('the load that meets the objectives, by name, with the limits and the share of each load', () => {
  const { sentence, evidence } = said('sloCell', SAMPLE_FACTS.sloCell[0]);
  assert.match(
    sentence,
    /\(TTFT up to 500 ms, TPOT up to 50 ms, E2EL up to 10 s, for 99 % .* is 10x100, with 26\.5 good/,
  );
  assert.equal(
    evidence,
    '10x100: 99.6 % of 5,100 requests in 3 runs; 100x200: 84.2 % of 2,397 requests in 1 run.',
  );
});

test('a closed loop is held by requests in flight, an open one by what is admitted', () => {
  const [closed, open] = SAMPLE_FACTS.sloPoint;
  assert.match(said('sloPoint', closed).sentence, /100 requests in flight/);
  assert.match(said('sloPoint', open).sentence, /admit about 12\.5 req/);
});

test('where requests queue, with the wait at every load', () => {
  const [facts] = SAMPLE_FACTS.queueing;
  const { sentence, evidence } = said('queueing', facts);
  assert.match(sentence, /from 10x100: there they waited 850 ms on average .* 16 % of their time/);
  assert.match(evidence, /open 12\.5\/s: 1\.20 ms \(0\.1 %\); 10x100: 850 ms \(16 %\)/);
  const chinese = said('queueing', facts, 'zh');
  assert.match(chinese.sentence, /^从 10x100 起请求在服务器内排队：.*850 ms.*16%。$/);
  assert.match(chinese.evidence, /open 12\.5\/s：1\.20 ms（0\.1%）；10x100：850 ms（16%）。$/);
});

test('the unit of hits is the server’s', () => {
  const [tokens, blocks] = SAMPLE_FACTS.prefixCache;
  assert.match(said('prefixCache', tokens).evidence, /^45,000 of 100,000 tokens; from 40 % at 10x100/);
  assert.match(said('prefixCache', blocks).evidence, /^45,000 of 100,000 blocks\.$/);
  assert.match(said('prefixCache', tokens, 'zh').evidence, /^100,000 个 token 中命中 45,000 个；/);
  assert.match(said('prefixCache', blocks, 'zh').evidence, /^100,000 个块中命中 45,000 个。$/);
});
