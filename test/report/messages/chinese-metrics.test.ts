import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METRICS } from '../../../src/compare/metrics.ts';
import { PAIRED_METRICS } from '../../../src/compare/session/paired-metrics.ts';
import { chineseMetric } from '../../../src/report/messages/chinese-metrics.ts';
import { sampleSession } from '../../helpers/sample-session.ts';

test('names that are words have Chinese ones, abbreviations stay', () => {
  for (const { title } of [...METRICS, ...PAIRED_METRICS]) {
    const isAbbreviation = /^(E2EL|TTFT|TPOT|ITL)( p\d+)?$/.test(title);
    assert.equal(/[\u4e00-\u9fff]/.test(chineseMetric(title)), !isAbbreviation, title);
  }
});

test('the servers’ own figures have Chinese names', () => {
  const rows = sampleSession().cells.flatMap(({ server }) => server);
  assert.ok(rows.length > 0);
  for (const { title } of rows) assert.match(chineseMetric(title), /[\u4e00-\u9fff]/, title);
});

test('a cell before the name stays', () => {
  assert.equal(chineseMetric('2x20 served tokens/s'), '2x20 实际输出 token/秒');
  assert.equal(chineseMetric('2x20 TPOT'), '2x20 TPOT');
});
