import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REPORT_OPTIONS, reportSettings } from '../../../src/cli/report/report-settings.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { type Given, readGiven } from '../../helpers/given-options.ts';

const settings = (given: Given<typeof REPORT_OPTIONS>) => readGiven(REPORT_OPTIONS, reportSettings, given);

test('defaults: a report is text in English of all runs, traffic a page', () => {
  assert.deepEqual(settings({}), {
    traffic: false,
    runs: null,
    format: 'text',
    language: 'en',
    note: '',
    asked: { slo: null, percentiles: null },
    as: null,
    repro: false,
    out: null,
    force: false,
  });
  assert.equal(settings({ traffic: true }).format, 'html');
  const asked = settings({
    lang: 'zh',
    label: 'after',
    format: 'csv',
    slo: 'ttft=1s',
    percentiles: '99.9,50',
    out: 'x',
  });
  assert.deepEqual(asked.asked.percentiles, ['p50', 'p99.9']);
  assert.deepEqual(
    [asked.language, asked.runs, asked.format, asked.asked.slo?.ttftMs, asked.out],
    ['zh', 'after', 'csv', 1_000, 'x'],
  );
});

test('options that exclude each other', () => {
  for (const [options, words] of [
    [{ run: '1', label: 'x' }, /--run 1 and --label x exclude each other/],
    [{ traffic: true, format: 'hlog' }, /--format hlog shows runs/],
    [{ format: 'wrk', slo: 'ttft=1s' }, /--slo ttft=1s applies to/],
    [{ as: 'aiperf', percentiles: '50' }, /--percentiles 50 applies to/],
    [{ percentiles: '50,100' }, /--percentiles 50,100 is not understood at '100'/],
    [{ percentiles: '' }, /--percentiles '' is not understood/],
    [{ percentiles: '1,2,3,4,5,6,7,8,9,10,11' }, /more than ten/],
    [{ as: 'aiperf', traffic: true }, /leave out --traffic/],
  ] satisfies [Given<typeof REPORT_OPTIONS>, RegExp][]) {
    assert.throws(
      () => settings(options),
      (error) => error instanceof UserError && words.test(error.message),
    );
  }
});
