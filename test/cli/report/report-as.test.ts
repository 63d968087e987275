import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AS_TOOLS } from '../../../src/cli/report/report-settings.ts';
import { reportAs } from '../../../src/cli/report/write-report.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { sampleLoop, sampleRun } from '../../helpers/sample-runs.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';

const { run, results } = sampleLoop(sampleRun());
const render = (tool: (typeof AS_TOOLS)[number], format: string): string =>
  reportAs(tool, format, [run, { ...run, id: 2 }], () => results);

test('each tool’s text names, for each run, whose definitions it follows', () => {
  for (const tool of AS_TOOLS) {
    const lines = render(tool, 'text').match(/^Run [12] \(before, 2x4, .*\) by the definitions of .*$/gm);
    assert.equal(lines?.length, 2, tool);
    assert.ok(lines?.[0]?.includes(tool.split('-')[0] ?? ''), tool);
  }
});

test('JSON names the tool, the runs and what the figures are without', () => {
  const document = JSON.parse(render('aiperf', 'json'));
  assert.deepEqual([document.as, document.definitions], ['aiperf', 'aiperf 0.13']);
  assert.deepEqual(
    document.runs.map(({ id }: { id: number }) => id),
    [1, 2],
  );
  assert.deepEqual(document.runs[0].caveats, { aborted: 0, plain: 0, countedTokens: 0 });
  assert.equal(document.runs[0].metrics.request_count.avg, results.length);
});

test('other formats are refused', () => {
  assert.throws(
    () => render('guidellm', 'markdown'),
    /--as guidellm with --format markdown: give text or json/,
  );
});

test('report --as on the sample tape', async () => {
  const { stdout } = await runCli(['report', SAMPLE_TAPE, '--run', '1', '--as', 'vllm-bench']);
  assert.match(stdout, /^completed +12$/m);
  assert.match(stdout, /12 non-streaming responses are left out/);
});
