import { join } from 'node:path';
import { test } from 'node:test';
import { openTapeThread } from '../../../src/cli/tape-file.ts';
import { assertRefused } from '../../helpers/refusals.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

test('options that are wrong, or contradict each other', async () => {
  const empty = join(folder, 'empty.sqlite');
  await (await openTapeThread(empty, 'create')).close();
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[SAMPLE_TAPE, '--format', 'pdf'], /--format pdf/],
    [[SAMPLE_TAPE, '--lang', 'de'], /--lang de is not known: choose one of en, zh/],
    [[SAMPLE_TAPE, '--traffic', '--format', 'wrk'], /--format wrk shows runs: with --traffic choose/],
    [[SAMPLE_TAPE, '--run', '1', '--label', 'x'], /--run 1 and --label x exclude each other/],
    [[SAMPLE_TAPE, '--run', '77'], /no run 77/],
    [[SAMPLE_TAPE, '--as', 'wrk'], /--as wrk/],
    [
      [SAMPLE_TAPE, '--slo', 'ttft=1s', '--as', 'aiperf'],
      /--slo ttft=1s applies to text, markdown, html, json and csv/,
    ],
    [[SAMPLE_TAPE, '--slo', 'ttft=1s', '--traffic'], /--slo ttft=1s applies to/],
    [[SAMPLE_TAPE, '--as', 'aiperf', '--repro'], /--as aiperf shows figures of runs: leave out --repro/],
    [[SAMPLE_TAPE, '--format', 'hlog'], /--format hlog takes one run and not 12/],
    [[SAMPLE_TAPE, '--label', 'x'], /no run is labelled x/],
    [[SAMPLE_TAPE, '--out', join(folder, 'none', 'x')], /none.x cannot be written \(ENOENT\)/],
    [[empty], /no run on this tape/],
  ];
  await assertRefused(cases.map(([args, words]) => [['report', ...args], words]));
});
