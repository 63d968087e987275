import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createEstimates } from '../../../src/cli/serve/estimates.ts';
import type { Run } from '../../../src/model/run.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';

const tape = openTape(SAMPLE_TAPE);
after(() => tape.close());

function runsOf(command: string): readonly Run[] {
  return tape.runs().map((run) => ({ ...run, settings: { ...run.settings, commandLine: [command] } }));
}

for (const [command, isPaired] of [
  ['ab', true],
  ['replay', false],
] as const) {
  test(`runs of ${command}: the estimates of all looks are those of one look at the end`, () => {
    const runs = runsOf(command);
    const looks = createEstimates();
    for (let n = 1; n < runs.length; n++) looks(tape, 'demo', runs.slice(0, n), runs[n - 1]);
    const found = looks(tape, 'demo', runs, runs.at(-1));
    assert.deepEqual(found, createEstimates()(tape, 'demo', runs, runs.at(-1)));
    assert.equal(found?.paired, isPaired);
    assert.equal(found.made, isPaired ? runs.length / 2 : runs.length);
    const [course] = found.courses;
    assert.ok(course !== undefined && course.points.length > 0);
    for (const { low, ratio, high } of course.points) assert.ok(low <= ratio && ratio <= high);
  });
}
