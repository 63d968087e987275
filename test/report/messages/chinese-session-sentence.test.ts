import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CellPairs } from '../../../src/compare/session/arm-run.ts';
import { judgeSession } from '../../../src/compare/session/judge-session.ts';
import type { PairedComparison } from '../../../src/compare/session/paired-comparison.ts';
import type { SessionRules } from '../../../src/compare/session/session-rules.ts';
import { chineseSessionSentence } from '../../../src/report/messages/chinese-session-sentence.ts';
import { noisyRatios, RULES, sampleArmRun, sampleCell, sampleColumns } from '../../helpers/sample-pairs.ts';

function session(cell: CellPairs, rules: Partial<SessionRules> = {}, ended = true): PairedComparison {
  const names = { baseline: 'v1', candidate: 'v2' };
  return judgeSession(names, { cells: [cell], ended }, { ...RULES, ...rules });
}

const around = (ratio: number, power = 1): CellPairs =>
  sampleCell(noisyRatios(1).map((noise) => ratio * noise ** power));

test('the interval is told the way the sentence goes', () => {
  assert.equal(
    chineseSessionSentence(session(around(0.95))),
    'v2 比 v1 快：每个 token 的用时短 5.0%（TPOT，95% 置信区间 4.1% 至 5.9%，6 对，20 个连接）',
  );
  assert.match(
    chineseSessionSentence(session(around(1.05), { primary: 'servedOutputTokensPerSec' })),
    /^v2 比 v1 慢：吞吐低 4\.8%（实际输出 token\/秒，95% 置信区间 3\.8% 至 5\.7%/,
  );
});

test('each kind of sentence, with every figure of the English one', () => {
  const kinds: readonly (readonly [PairedComparison, RegExp])[] = [
    [session(around(1.05)), /^v2 比 v1 慢：/],
    [session(around(1.001, 0.2)), /^v2 与 v1 一样快：每个 token 的用时相差不到 3%（TPOT，90% 置信区间 /],
    [
      session(around(1.025, 1.5), { margins: { lower: 0.03, higher: 0.03 } }),
      /^v2 与 v1 确有差异，但小到无关紧要：.*，小于 3% 的界限$/,
    ],
    [session(around(1, 5)), /^还不能判断 v2 比 v1 慢还是快：.*现有的对数能发现 .* 的变化/],
    [session(around(1.05), { looks: [10] }, false), /^尚无结论，仅为估计：/],
    [session(sampleCell([1, 1.01])), /^不下结论：2 对中只有 2 对有效，而下结论至少需要 3 对$/],
  ];
  for (const [one, pattern] of kinds) {
    const said = chineseSessionSentence(one);
    assert.match(said, pattern);
    for (const figure of one.sentence.match(/\d+(\.\d+)?/g) ?? [])
      assert.ok(said.includes(figure), `${one.sentence} | ${said}`);
  }
});

test('an improvement beside a regression does not go unsaid', () => {
  const mixed = sampleCell(noisyRatios(1.1), ({ candidate }, k) => {
    const requests = sampleColumns(noisyRatios(1.1)[k]);
    requests.ttftMs.set(sampleColumns(0.8 * (noisyRatios(1)[k] ?? 1)).ttftMs);
    return { candidate: { ...candidate, requests } };
  });
  assert.match(chineseSessionSentence(session(mixed)), /；但另一项指标变好（TTFT −20\.0%）$/);
});

test('where nothing is measured there is nothing but words', () => {
  const nothing = sampleCell(noisyRatios(1), ({ candidate: { summary } }) => ({
    candidate: sampleArmRun(1, { summary: { id: summary.id, valid: false, invalidReasons: ['so'] } }),
  }));
  assert.match(chineseSessionSentence(session(nothing)), /^不下结论：6 对中只有 0 对有效/);
});
