import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CellPairs, Pair } from '../../../src/compare/session/arm-run.ts';
import { judgeSession, type PairedComparison } from '../../../src/compare/session/judge-session.ts';
import type { SessionRules } from '../../../src/compare/session/session-plan.ts';
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
  const { conclusion } = session;
  assert.ok(conclusion.kind === 'regression');
  const { metric, cell, level, pairs, ratio } = conclusion.change;
  assert.deepEqual(
    [metric, cell.connections, level, pairs, conclusion.improved],
    ['tpot', 20, 0.95, 6, null],
  );
  assert.ok(Math.abs(ratio - 1.05) < 1e-3);
});

test('looking before the planned pairs are made gives an estimate and no verdict', () => {
  const early = judge([sampleCell(noisyRatios(1.2).slice(0, 5))], {}, false);
  assert.equal(early.look, null);
  assert.equal(early.verdict, 'inconclusive');
  assert.ok(Object.values(early.cells[0]?.metrics ?? {}).every(({ verdict }) => verdict === 'inconclusive'));
  assert.equal(early.conclusion.kind, 'estimate');
  assert.deepEqual(judge([sampleCell([])], {}, false).conclusion, { kind: 'noValidPair' });
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
  assert.ok(session.conclusion.kind === 'regression');
  assert.equal(session.conclusion.change.cell.connections, 100);
  assert.ok(Math.abs((session.metrics.tpot?.ratio ?? 0) - Math.sqrt(1.08)) < 1e-3);
});

/** Each of the reasons why no verdict may be given, as the issue lists them. */
const MISHAPS: Readonly<Record<string, (pair: Pair, k: number) => Partial<Pair>>> = {
  models: ({ candidate }) => {
    const descriptions = { ...SAID, models: '{"data":[{"id":"tiny","root":"/models/other"}]}' };
    return { candidate: { ...candidate, descriptions: { start: descriptions, end: descriptions } } };
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
        invalidReasons: [{ kind: 'loopBusy', utilization: 0.97, limit: 0.8, tryWorkers: 2 }],
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
    const descriptions = { ...SAID, processStartSec: k < 3 ? 100 : 200 };
    return { candidate: { ...candidate, descriptions: { start: descriptions, end: descriptions } } };
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
    assert.ok(session.cells[0]?.invalid.some(({ kind }) => kind === check));
    assert.ok(session.conclusion.kind === 'invalid' && session.conclusion.finding !== null);
    assert.ok(Object.values(session.cells[0]?.metrics ?? {}).every(({ verdict }) => verdict === 'invalid'));
    const accepted = judge(cells, { accepted: [check as 'models'] });
    assert.notEqual(accepted.verdict, 'invalid');
    const notes = [...accepted.notes, ...(accepted.cells[0]?.notes ?? [])];
    assert.ok(notes.some((note) => note.kind === 'accepted' && note.finding.kind === check));
  });
}

test('what differs between the servers is listed', () => {
  const changed = sampleCell(noisyRatios(1), ({ candidate }) => {
    const descriptions = { ...SAID, version: '{"version":"0.33.0"}' };
    return { candidate: { ...candidate, descriptions: { start: descriptions, end: descriptions } } };
  });
  assert.deepEqual(judge([changed]).changes, [{ name: 'version', baseline: '0.32.0', candidate: '0.33.0' }]);
});

const slowStart = sampleCell(noisyRatios(1), ({ candidate }, k) => {
  const requests = sampleColumns(noisyRatios(1)[k]);
  requests.ttftMs.set(sampleColumns(1.2).ttftMs);
  return { candidate: { ...candidate, requests } };
});

const around = (ratio: number, power = 1): CellPairs =>
  sampleCell(noisyRatios(1).map((noise) => ratio * noise ** power));

test('the primary metric carries the conclusion where it decides, another gating one where that moved alone', () => {
  const { conclusion } = judge([slowStart]);
  assert.ok(conclusion.kind === 'regression');
  assert.equal(conclusion.change.metric, 'ttft');
});

test('an improvement beside a regression does not go unsaid', () => {
  const mixed = sampleCell(noisyRatios(1.1), ({ candidate }, k) => {
    const requests = sampleColumns(noisyRatios(1.1)[k]);
    requests.ttftMs.set(sampleColumns(0.8 * (noisyRatios(1)[k] ?? 1)).ttftMs);
    return { candidate: { ...candidate, requests } };
  });
  const { conclusion } = judge([mixed]);
  assert.ok(conclusion.kind === 'regression');
  assert.deepEqual([conclusion.change.metric, conclusion.improved?.metric], ['tpot', 'ttft']);
});

test('of several equal cells the least sure one carries the conclusion, by the interval that shows it', () => {
  const less = { ...around(1), cell: { threads: 2, connections: 40 } };
  const { conclusion } = judge([around(1, 0.2), less]);
  assert.ok(conclusion.kind === 'equivalent');
  assert.deepEqual([conclusion.change.cell.connections, conclusion.change.level.toFixed(3)], [40, '0.900']);
});

test('real but small, open, and not enough', () => {
  const small = judge([around(1.025, 1.5)], { margins: { lower: 0.03, higher: 0.03 } }).conclusion;
  assert.ok(small.kind === 'small' && small.margin === 0.03);
  const open = judge([around(1.01, 5)]).conclusion;
  assert.ok(open.kind === 'inconclusive' && (open.pairsNeeded ?? 0) > 0 && open.detectable > 0.03);
  const never = judge([around(1, 100)]).conclusion;
  assert.ok(never.kind === 'inconclusive' && never.pairsNeeded === null);
  const few = judge([sampleCell([1.3, 1.3])]).conclusion;
  assert.ok(few.kind === 'invalid' && few.finding?.kind === 'pairs');
  assert.deepEqual(judge([]).conclusion, { kind: 'invalid', finding: null });
});
