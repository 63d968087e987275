import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrkFigures } from '../../src/measure/as/wrk-figures.ts';
import { wrkBlock } from '../../src/report/wrk-block.ts';
import { runWrk, WRK_MISSING, type WrkRun } from '../helpers/real-wrk.ts';
import { RUN, RUN_END } from '../helpers/sample-records.ts';
import { sampleRun } from '../helpers/sample-runs.ts';

/** Our block of the same answers, as the upstream saw them. */
function ourBlock({ url, results }: WrkRun, connections: number, timeoutUs: number, durationUs: number) {
  const run = sampleRun({
    cell: { threads: 1, connections },
    settings: { ...RUN.settings, durationUs, timeoutUs, load: { kind: 'closed', semantics: 'wrk' } },
    // wrk's threads stop at a tick of their own: the run lasted until the last answer.
    end: { ...RUN_END, windowUs: Math.max(durationUs, ...results.map(({ finishedUs }) => finishedUs)) },
  });
  const figures = wrkFigures(run, results);
  return { figures, text: wrkBlock(figures, run.cell, url) };
}

/**
 * What of a line does not hang on its numbers: its words, its units' kind, how many decimals a number has and, in
 * tables, in which column it ends.
 */
function shape(line: string): string {
  const inTable = /^ {4}|^ {5}\d|^\w+\/sec/.test(line);
  return line.replace(
    /( *)(\d+(?:\.(\d+))?)(us|ms|s|m|k|K|M|G)?/g,
    (whole, _space, _number, decimals, unit) => {
      const kind = unit === undefined ? '' : /[kKMG]/.test(unit) ? 'K' : 't';
      const end = inTable ? `@${whole.length - (unit?.length ?? 0)}` : '';
      return `<${end}.${decimals?.length ?? 0}${kind}${inTable && kind === 't' ? unit.length : ''}>`;
    },
  );
}

const shapes = (text: string): readonly string[] => text.split('\n').map(shape);
const number = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN);

test('the block has wrk’s lines, columns, decimals and units, and counts as wrk counts', {
  skip: WRK_MISSING,
}, async () => {
  // Some answers are slow enough for the correction.
  const run = await runWrk(['-t1', '-c4', '-d1s'], (i) => ({ afterMs: i % 20 === 9 ? 95 : 15, status: 200 }));
  const { text, figures } = ourBlock(run, 4, 2e6, 1e6);
  assert.deepEqual(shapes(text), shapes(run.text));
  const requests = number(run.text, /^ {2}(\d+) requests in/m);
  // What it had in flight when it stopped, one a connection, it does not count.
  const inFlight = figures.complete - requests;
  assert.ok(inFlight >= 0 && inFlight <= 4, `${figures.complete} against ${requests}`);
  // Every byte of every answer, headers included: the same for each.
  const perRequest = figures.bytes / run.results.length;
  assert.ok(
    Math.abs((number(run.text, /, ([\d.]+)KB read/) * 1024) / requests - perRequest) < 0.05 * perRequest,
  );
});

test('errors: the same two lines', { skip: WRK_MISSING }, async () => {
  const serve = (i: number) => ({ afterMs: 20, status: i % 10 === 4 ? 0 : i % 10 === 7 ? 503 : 200 });
  const run = await runWrk(['-t1', '-c2', '-d1s'], serve);
  const { text } = ourBlock(run, 2, 2e6, 1e6);
  assert.match(run.text, /Socket errors: connect 0, read [1-9]/);
  assert.match(run.text, /Non-2xx or 3xx responses: [1-9]/);
  assert.deepEqual(shapes(text), shapes(run.text));
});

test('nothing under the timeout: zeros and NaN, letter for letter', { skip: WRK_MISSING }, async () => {
  // One connection: of two, the answers may or may not fall between the same two ticks of wrk's own clock.
  const run = await runWrk(['-t1', '-c1', '-d2s', '--timeout', '1s'], () => ({
    afterMs: 1_300,
    status: 200,
  }));
  const { text } = ourBlock(run, 1, 1e6, 2e6);
  const [ours, wrks] = [text, run.text].map((block) =>
    block.split('\n').filter((line) => !/Transfer|Requests\/sec|requests in/.test(line)),
  );
  assert.match(run.text, /Latency {5}0\.00us {4}0\.00us {3}0\.00us {4}-nan%/);
  assert.match(run.text, /timeout 1\n/);
  assert.deepEqual(ours, wrks);
  assert.deepEqual(shapes(text), shapes(run.text));
});
