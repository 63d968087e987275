import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { metricsOf } from '../../src/measure/metric-table.ts';
import { summarizeRun } from '../../src/measure/run-summary.ts';
import { PERCENTILES } from '../../src/measure/sample.ts';
import { OUTCOMES } from '../../src/model/outcome.ts';
import { createRandom } from '../../src/model/random.ts';
import { csvColumns } from '../../src/report/csv.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { openTapeWriter } from '../../src/store/tape-writer.ts';
import { answerFigures, CAPTURE, exchangeStart, RUN, RUN_END, rawResult } from '../helpers/sample-records.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

/** A tape with a run of many results of every kind: any outcome, streamed or not, with and without tokens. */
function writtenRun(path: string): void {
  const random = createRandom(7);
  const whole = (below: number): number => Math.floor(random.uniform(0, below));
  const writer = openTapeWriter(path, 'create');
  writer.startExchange(writer.beginCapture(CAPTURE), exchangeStart(1));
  const runId = writer.beginRun(RUN);
  for (let seq = 0; seq < 400; seq++) {
    const raw = rawResult(seq, 1_000 + whole(1_200_000));
    const sentUs = raw.sentUs ?? 0;
    const [firstTokenUs, lastTokenUs] = [sentUs + whole(50_000), sentUs + 50_000 + whole(50_000)];
    const streamed = whole(3) > 0;
    const overrides = {
      outcome: whole(2) === 0 ? 'ok' : (OUTCOMES[whole(OUTCOMES.length)] ?? 'ok'),
      streamed,
      firstTokenUs: streamed ? firstTokenUs : null,
      firstVisibleUs: streamed && whole(2) > 0 ? lastTokenUs : null,
      lastTokenUs: streamed ? lastTokenUs : null,
      promptTokens: whole(4) === 0 ? null : whole(500),
      completionTokens: whole(4) === 0 ? null : whole(5),
    } as const;
    const answer = { ...raw.answer, finishedUs: sentUs + 100_000 + whole(100_000) };
    writer.addResult(runId, { ...raw, answer }, answerFigures(answer, overrides));
  }
  writer.endRun(runId, RUN_END);
  writer.close();
}

const path = join(tempFolder(), 'tape.sqlite');
writtenRun(path);
const tape = openTape(path);
const [run] = tape.runs();
assert.ok(run !== undefined);
const results = [...tape.results(run.id)];
const summary = summarizeRun(run, results);
tape.close();
const db = new Database(path, { readonly: true });
const near = (found: unknown, wanted: unknown, what: string): void =>
  typeof wanted === 'number'
    ? assert.ok(
        Math.abs(Number(found) - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted)),
        `${what}: ${found}, ${wanted}`,
      )
    : assert.equal(found, wanted, what);

test('result_view has the latencies of the table of metrics', () => {
  const rows = db.prepare('SELECT * FROM result_view ORDER BY seq').all() as Record<string, unknown>[];
  assert.equal(rows.length, results.length);
  const shown = metricsOf('request').filter(({ csv }) => `${csv}_ms` in (rows[0] ?? {}));
  assert.deepEqual(
    shown.map(({ csv }) => csv),
    ['e2el', 'response', 'ttft', 'ttfo', 'tpot'],
  );
  results.forEach(({ result }, i) => {
    for (const { csv, of } of shown) near(rows[i]?.[`${csv}_ms`], of(result), `${csv} of request ${i}`);
  });
});

test('run_view has the figures of the CSV under the same names', () => {
  const row = db.prepare('SELECT * FROM run_view').get() as Record<string, unknown>;
  const ofCsv = new Map(csvColumns(PERCENTILES));
  const shared = Object.keys(row).filter(
    (name) => ofCsv.has(name) && !/^(valid|invalid_reasons)$/.test(name),
  );
  assert.ok(shared.length >= 18, shared.join());
  for (const name of shared) near(row[name], ofCsv.get(name)?.(summary), name);
});
