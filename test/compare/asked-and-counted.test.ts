import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Comparison, compareRuns } from '../../src/compare/compare-runs.ts';
import type { Pair } from '../../src/compare/session/arm-run.ts';
import { judgeSession } from '../../src/compare/session/judge-session.ts';
import { readArmRun } from '../../src/compare/session/read-arm-run.ts';
import { type MeasuredResult, type RunSummary, summarizeRun } from '../../src/measure/run-summary.ts';
import { NO_CHUNKS } from '../../src/model/chunk-times.ts';
import { createRandom } from '../../src/model/random.ts';
import type { Result } from '../../src/model/result.ts';
import type { RunSettings } from '../../src/model/run.ts';
import { RULES } from '../helpers/sample-pairs.ts';
import { RUN } from '../helpers/sample-records.ts';
import { sampleLoop, sampleRun } from '../helpers/sample-runs.ts';

/**
 * Runs of one server in model time: whatever is compared here has the same true speed, so a verdict of a change is false
 * wherever it stands on a difference of questions or of counting.
 */
interface Case {
  /** The server ends its streams with usage. */
  readonly usage: boolean;
  /** Tokens of an event. */
  readonly interval: number;
  /** Every other event holds three times as many. */
  readonly speculative: boolean;
  readonly cache: RunSettings['cache'];
  readonly select: readonly string[];
  readonly order: RunSettings['order'];
}

const GRID: readonly Case[] = [true, false].flatMap((usage) =>
  [1, 4].flatMap((interval) =>
    [false, true].flatMap((speculative) =>
      (['warm', 'salt'] as const).flatMap((cache) =>
        [[], ['model=small']].flatMap((select) =>
          (['recorded', 'shuffled'] as const).map((order) => ({
            usage,
            interval,
            speculative,
            cache,
            select,
            order,
          })),
        ),
      ),
    ),
  ),
);

const asked = ({ cache, select, order }: Case): string => JSON.stringify([cache, select, order]);

/** Indexes of the tokens that end an event of a 20 token answer. */
function eventEnds({ interval, speculative }: Case): readonly number[] {
  const ends: number[] = [];
  for (let at = 0, k = 0; at < 20; k++) {
    at += interval * (speculative && k % 2 === 1 ? 3 : 1);
    ends.push(Math.min(at, 20) - 1);
  }
  return ends;
}

/** By usage, or by this number of events a response. */
const counted = (of: Case): string => (of.usage ? 'usage' : `${eventEnds(of).length} events`);

interface MadeRun {
  readonly summary: RunSummary;
  readonly results: readonly MeasuredResult<Result>[];
}

function runsOf(of: Case, side: number): readonly MadeRun[] {
  const random = createRandom(side * 7919);
  const requests = of.select.length === 0 ? RUN.settings.plan.requests : 'ffffffffffffffff';
  const plan = { ...RUN.settings.plan, requests };
  const { cache, select, order } = of;
  const ends = eventEnds(of);
  return [1, 2, 3].map((repeat) => {
    const id = 10 * side + repeat;
    const settings = { ...RUN.settings, plan, cache, select, order, repeat };
    const { run, results } = sampleLoop(sampleRun({ id, settings }), random.gaussian(1, 0.002), id);
    const made = results.map(({ result, chunks }) => {
      const atUs = ends.map((i) => chunks.atUs[i] ?? 0);
      const tokens = ends.map(() => 1);
      const source = of.usage ? 'usage' : 'chunks';
      return {
        result: { ...result, completionTokens: of.usage ? 20 : ends.length, tokenSource: source } as const,
        chunks: { ...NO_CHUNKS, atUs, kinds: ends.map(() => 4), tokens },
      };
    });
    return { summary: summarizeRun(run, made), results: made };
  });
}

const MADE = GRID.map((of) => ({ before: runsOf(of, 1), after: runsOf(of, 2) }));
const BEFORE = MADE.map(({ before }) => before.map(({ summary }) => summary));
const AFTER = MADE.map(({ after }) => after.map(({ summary }) => summary));
const NAMES = { before: 'before', after: 'after' };
const MADE_OF_COUNTS = ['tpotP50', 'e2elP50', 'servedOutputTokensPerSec'] as const;

function forEachPair(check: (comparison: Comparison, before: Case, after: Case) => void): void {
  GRID.forEach((before, i) => {
    GRID.forEach((after, j) => {
      check(compareRuns(NAMES, BEFORE[i] ?? [], AFTER[j] ?? []), before, after);
    });
  });
}

test('the whole grid: no verdict but invalid where the questions differ, no figure of counts where counting does', () => {
  forEachPair(({ verdict, conclusion, cells: [cell] }, before, after) => {
    const name = `${JSON.stringify(before)} against ${JSON.stringify(after)}`;
    if (asked(before) !== asked(after)) {
      assert.deepEqual([verdict, conclusion.kind], ['invalid', 'notComparable'], name);
      return;
    }
    assert.ok(verdict !== 'regression' && verdict !== 'improvement' && verdict !== 'invalid', name);
    for (const key of MADE_OF_COUNTS) {
      const judged = cell?.metrics[key]?.verdict !== 'invalid';
      assert.equal(judged, counted(before) === counted(after), `${key} of ${name}`);
    }
  });
});

test('what was accepted by name is judged, and still no figure of counts where counting differs', () => {
  GRID.forEach((after, j) => {
    const before = GRID[0] ?? after;
    const { verdict, cells } = compareRuns(NAMES, BEFORE[0] ?? [], AFTER[j] ?? [], [], ['settings', 'cache']);
    const name = JSON.stringify(after);
    assert.ok(verdict !== 'regression' && verdict !== 'improvement' && verdict !== 'invalid', name);
    for (const key of MADE_OF_COUNTS) {
      const judged = cells[0]?.metrics[key]?.verdict !== 'invalid';
      assert.equal(judged, counted(before) === counted(after), `${key} of ${name}`);
    }
  });
});

test('the arms of a session: no figure of counts is judged where counting differs, and nothing else is called a change', () => {
  const arms = GRID.flatMap((of, i) => {
    const same = of.cache === 'warm' && of.select.length === 0 && of.order === 'recorded';
    const read = (runs: readonly MadeRun[]) =>
      runs.map(({ summary, results }) => readArmRun(summary, results, []).run);
    return same ? [{ of, baseline: read(MADE[i]?.before ?? []), candidate: read(MADE[i]?.after ?? []) }] : [];
  });
  for (const { of: a, baseline } of arms) {
    for (const { of: b, candidate } of arms) {
      const pairs = baseline.flatMap((run, k): readonly Pair[] => {
        const other = candidate[k];
        return other === undefined
          ? []
          : [{ first: k === 1 ? 'candidate' : 'baseline', baseline: run, candidate: other }];
      });
      const cell = { cell: RUN.cell, pairs, remade: [], recorded: null };
      const { cells, verdict } = judgeSession(
        { baseline: 'a', candidate: 'b' },
        { cells: [cell], ended: true },
        { ...RULES, looks: [3] },
      );
      const name = `${JSON.stringify(a)} against ${JSON.stringify(b)}`;
      const metrics = cells[0]?.metrics ?? {};
      for (const key of ['tpot', 'e2el', 'servedOutputTokensPerSec'] as const) {
        assert.equal(metrics[key]?.verdict !== 'invalid', counted(a) === counted(b), `${key} of ${name}`);
      }
      const changed = Object.values(metrics).filter(
        ({ verdict: of }) => of === 'regression' || of === 'improvement',
      );
      // Tokens that come several at a time are waited for longer, whatever counts them.
      const alike = eventEnds(a).length === eventEnds(b).length;
      const expected = alike ? [] : ['longestStall', 'itlP99'];
      assert.deepEqual(
        changed.filter(({ key }) => !expected.includes(key)).map(({ key }) => key),
        [],
        name,
      );
      if (alike) assert.ok(!['regression', 'improvement'].includes(verdict), name);
    }
  }
});

test('noise never turns a difference of questions into a matter of more runs', () => {
  const noisy = (runs: readonly RunSummary[]) =>
    runs.map((run, i) => (i === 0 ? run : { ...run, valid: false, invalidReasons: [] }));
  GRID.forEach((of, i) => {
    const { verdict } = compareRuns(NAMES, BEFORE[0] ?? [], noisy(AFTER[i] ?? []));
    assert.equal(verdict === 'invalid', asked(of) !== asked(GRID[0] ?? of), JSON.stringify(of));
  });
});

test('ITL per token is there only where the tokens of every event are known', () => {
  GRID.forEach((of, i) => {
    const known = of.usage && of.interval === 1 && !of.speculative;
    for (const { itlPerTokenMs } of BEFORE[i] ?? []) {
      assert.equal(itlPerTokenMs.mean !== null, known, JSON.stringify(of));
    }
  });
});
