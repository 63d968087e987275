import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportSettings } from '../../../src/cli/report/report-settings.ts';
import { UserError } from '../../../src/model/user-error.ts';

const LEAST = { lang: 'en', note: '' };

test('a report is text in English of all runs, traffic a page, unless told otherwise', () => {
  assert.deepEqual(reportSettings(LEAST), {
    traffic: false,
    runs: null,
    format: 'text',
    language: 'en',
    note: '',
    limits: null,
    as: null,
    repro: false,
    out: null,
  });
  assert.equal(reportSettings({ ...LEAST, traffic: true }).format, 'html');
  const asked = reportSettings({
    ...LEAST,
    lang: 'zh',
    label: 'after',
    format: 'csv',
    slo: 'ttft=1s',
    out: 'x',
  });
  assert.deepEqual(
    [asked.language, asked.runs, asked.format, asked.limits?.ttftMs, asked.out],
    ['zh', 'after', 'csv', 1_000, 'x'],
  );
});

test('words that exclude each other', () => {
  for (const [options, words] of [
    [{ run: '1', label: 'x' }, /--run 1 and --label x exclude each other/],
    [{ traffic: true, format: 'hlog' }, /--format hlog shows runs/],
    [{ format: 'wrk', slo: 'ttft=1s' }, /--slo ttft=1s goes with/],
    [{ as: 'aiperf', traffic: true }, /leave out --traffic/],
  ] as const) {
    assert.throws(
      () => reportSettings({ ...LEAST, ...options }),
      (error) => error instanceof UserError && words.test(error.message),
    );
  }
});
