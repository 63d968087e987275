import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CellPairs, Pair } from '../../../src/compare/session/arm-run.ts';
import { judgeSession } from '../../../src/compare/session/judge-session.ts';
import type { PairedComparison } from '../../../src/compare/session/paired-comparison.ts';
import type { SessionRules } from '../../../src/compare/session/session-rules.ts';
import {
  noisyRatios,
  RULES,
  SAID,
  sampleAnswer,
  sampleArmRun,
  sampleCell,
  sampleColumns,
} from '../../helpers/sample-pairs.ts';

const NAMES = { baseline: 'baseline', candidate: 'candidate' };

const judge = (
  cells: readonly CellPairs[],
  rules: Partial<SessionRules> = {},
  ended = true,
): PairedComparison => judgeSession(NAMES, { cells, ended }, { ...RULES, ...rules });

test('six pairs of a slower server', () => {
  const session = judge([sampleCell(noisyRatios(1.05))]);
  assert.equal(session.verdict, 'regression');
  assert.equal(session.level, 0.95);
  assert.deepEqual(session.look, { number: 1, of: 1, pairs: 6, alpha: 0.05 });
  assert.deepEqual([session.changes, session.notes], [[], []]);
  assert.equal(session.metrics.tpot?.verdict, 'regression');
  assert.equal(
    session.sentence,
    'candidate is 5.0 % slower per token (TPOT, 95 % interval 4.0 to 6.0 %, 6 pairs, 20 connections)',
  );
});

test('looking before the planned pairs are made gives an estimate and no verdict', () => {
  const early = judge([sampleCell(noisyRatios(1.2).slice(0, 5))], {}, false);
  assert.equal(early.look, null);
  assert.equal(early.verdict, 'inconclusive');
  assert.ok(Object.values(early.cells[0]?.metrics ?? {}).every(({ verdict }) => verdict === 'inconclusive'));
  assert.match(early.sentence, /^no verdict yet, an estimate: candidate is \d+\.\d % slower per token/);
  assert.equal(judge([sampleCell([])], {}, false).sentence, 'no pair is valid yet');
});

test('a sequential session: intervals at the level of the look, none between looks', () => {
  const looks = [6, 10, 16];
  const ratios = [...noisyRatios(1.05), ...noisyRatios(1.05).slice(0, 4)];
  const at = (pairs: number) => judge([sampleCell(ratios.slice(0, pairs))], { looks }, false);
  assert.deepEqual([at(6).level, at(6).look?.alpha, at(6).verdict], [0.99, 0.01, 'regression']);
  assert.deepEqual([at(7).look, at(7).verdict], [null, 'inconclusive']);
  assert.deepEqual([at(10).level, at(10).look?.number], [0.98, 2]);
});

test('two cells: judged each and together, in one family', () => {
  const other = { ...sampleCell(noisyRatios(1.08)), cell: { threads: 2, connections: 100 } };
  const session = judge([sampleCell(noisyRatios(1)), other]);
  assert.deepEqual(
    session.cells.map(({ verdict }) => verdict),
    ['equivalent', 'regression'],
  );
  assert.equal(session.verdict, 'regression');
  assert.match(session.sentence, /100 connections\)$/);
  assert.ok(Math.abs((session.metrics.tpot?.ratio ?? 0) - Math.sqrt(1.08)) < 1e-3);
});

/** Each of the reasons why no verdict may be given, as the issue lists them. */
const MISHAPS: Readonly<Record<string, (pair: Pair, k: number) => Partial<Pair>>> = {
  models: ({ candidate }) => {
    const words = { ...SAID, models: '{"data":[{"id":"tiny","root":"/models/other"}]}' };
    return { candidate: { ...candidate, words: { start: words, end: words } } };
  },
  cache: ({ candidate, baseline }) => {
    const side = {
      queueMs: null,
      prefillMs: null,
      kvCachePeak: null,
      preemptions: null,
      iterationTokens: null,
    };
    return {
      baseline: { ...baseline, server: { ...side, prefixCacheHitRate: 0.05 } },
      candidate: { ...candidate, server: { ...side, prefixCacheHitRate: 0.6 } },
    };
  },
  pairs: ({ candidate: { summary } }) => ({
    candidate: sampleArmRun(1, {
      summary: {
        id: summary.id,
        valid: false,
        invalidReasons: ["the sender's event loop was busy 97 % of the time"],
      },
    }),
  }),
  errors: ({ candidate: { summary } }) => ({
    candidate: sampleArmRun(1, { summary: { id: summary.id, errors: 2 } }),
  }),
  lengths: ({ candidate }) => ({
    candidate: { ...candidate, answers: candidate.answers.map(() => sampleAnswer({ tokens: 51 })) },
  }),
  restart: ({ candidate }, k) => {
    const words = { ...SAID, processStartSec: k < 3 ? 100 : 200 };
    return { candidate: { ...candidate, words: { start: words, end: words } } };
  },
  drift: ({ baseline, candidate }, k) => {
    const requests = sampleColumns(Math.exp(0.05 * k));
    return { baseline: { ...baseline, requests }, candidate: { ...candidate, requests } };
  },
};

for (const [check, mishap] of Object.entries(MISHAPS)) {
  test(`invalid: ${check}; the same findings, accepted, are only told`, () => {
    const cells = [sampleCell(noisyRatios(1.05), mishap)];
    const session = judge(cells);
    assert.equal(session.verdict, 'invalid');
    assert.ok(session.cells[0]?.invalid.some((one) => one.check === check));
    assert.match(session.sentence, /^no verdict: /);
    assert.ok(Object.values(session.cells[0]?.metrics ?? {}).every(({ verdict }) => verdict === 'invalid'));
    const accepted = judge(cells, { accepted: [check as 'models'] });
    assert.notEqual(accepted.verdict, 'invalid');
    const notes = [...accepted.notes, ...(accepted.cells[0]?.notes ?? [])];
    assert.ok(notes.some((note) => note.startsWith('accepted: ')));
  });
}

test('what differs between the servers is listed', () => {
  const changed = sampleCell(noisyRatios(1), ({ candidate }) => {
    const words = { ...SAID, version: '{"version":"0.33.0"}' };
    return { candidate: { ...candidate, words: { start: words, end: words } } };
  });
  assert.deepEqual(judge([changed]).changes, [{ name: 'version', baseline: '0.32.0', candidate: '0.33.0' }]);
});
