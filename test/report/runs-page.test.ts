import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_CHUNKS } from '../../src/model/chunk-times.ts';
import type { InvalidReason } from '../../src/model/note.ts';
import { runsPage } from '../../src/report/runs-page.ts';
import { matrixReport, matrixRuns, reportedRun, sampleReport } from '../helpers/sample-matrix.ts';
import { RUN_END } from '../helpers/sample-records.ts';
import { sampleResult, sampleRun } from '../helpers/sample-runs.ts';

const sectionIds = (report: Parameters<typeof runsPage>[0]) =>
  runsPage(report, 'en')
    .sections.filter(({ blocks }) => blocks.length > 0)
    .map(({ id }) => id);

test('every section of the public page, and more', () => {
  const page = runsPage(matrixReport({ windowSec: 10 }), 'zh');
  assert.deepEqual(
    page.sections.map(({ title }) => title),
    [
      '结论摘要',
      '测试结果',
      '图表',
      '关键发现',
      '数据的局限',
      '建议',
      '测试环境与配置',
      '每次运行的 wrk 原始输出',
      '指标定义',
    ],
  );
  assert.equal(page.title, 'deepseek-14b 压测报告（http://10.1.2.100:8080）');
});

test('several labels: one table of findings, what is the same said once, and a table of what differs', () => {
  const before = matrixRuns({ windowSec: 10 });
  const after = matrixRuns({ windowSec: 10, label: 'after', firstId: 11 });
  const page = runsPage(
    sampleReport([...before, ...after].map(({ run, results }) => reportedRun(run, results))),
    'en',
  );
  const blocks = (id: string) => page.sections.find((section) => section.id === id)?.blocks ?? [];
  const [findings] = blocks('findings');
  assert.ok(findings?.kind === 'findings');
  const rows = new Map(findings.rows.map((row) => [row.id, row.parts.map(({ labels }) => labels)]));
  assert.deepEqual(rows.get('finding-bestCell'), [['reference'], ['after']]);
  assert.equal(rows.size, findings.rows.length);
  const limits = blocks('limits').flatMap((block) => (block.kind === 'findings' ? block.rows : []));
  assert.ok(limits.some(({ parts }) => parts.length === 1 && parts[0]?.labels.length === 0));
  const [differs, same] = blocks('environment');
  assert.ok(differs?.kind === 'table' && same?.kind === 'folded');
  assert.deepEqual(differs.table.header, ['setting', 'reference', 'after']);
  for (const [name, ...values] of differs.table.rows) assert.equal(new Set(values).size, 2, name);
});

test('a note of the user is on top', () => {
  const page = runsPage({ ...matrixReport({ windowSec: 5 }), note: 'Before the upgrade.' }, 'en');
  assert.deepEqual([page.lead.length, page.lead[1]], [2, 'Before the upgrade.']);
});

test('no run at all', () => {
  const page = runsPage(sampleReport([]), 'en');
  assert.deepEqual(page.lead, ['There are no runs to report.']);
  assert.equal(page.title, 'Load test of recordings/reference.sqlite');
});

const oneRun = (results: Parameters<typeof reportedRun>[1], reasons: readonly InvalidReason[]) =>
  sampleReport([reportedRun(sampleRun({ end: { ...RUN_END, invalidReasons: reasons } }), results)]);

test('runs without a request, with one, with failures only, and one that is not valid read sensibly', () => {
  const ok = { result: sampleResult(), chunks: NO_CHUNKS };
  const failed = { result: sampleResult({ outcome: 'timeout', completionTokens: null }), chunks: NO_CHUNKS };
  const cases = [
    oneRun([], [{ kind: 'noRequestSent' }]),
    oneRun([ok], []),
    oneRun([failed, failed], [{ kind: 'noneSucceeded' }]),
    oneRun([ok, failed], [{ kind: 'loopBusy', utilization: 0.9, limit: 0.8, tryWorkers: 2 }]),
  ];
  for (const report of cases) {
    for (const language of ['en', 'zh'] as const) {
      const said = JSON.stringify(runsPage(report, language));
      assert.doesNotMatch(said, /NaN|undefined|Infinity/);
    }
  }
  const [none, , , ill] = cases;
  assert.ok(none !== undefined && ill !== undefined);
  assert.ok(sectionIds(none).includes('plots'));
  const short = runsPage(ill, 'en').sections.find(({ id }) => id === 'verdict');
  assert.match(JSON.stringify(short), /no run is valid: nothing can be concluded.*event loop was busy 90 %/);
});
