import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import type { Run, ShardSetting } from '../../../src/model/run.ts';
import { createPart } from '../../../src/store/merge/create-part.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const at = (name: string): string => join(folder, name);

/**
 * Deals the results of one run of the sample out to shards, as if each had sent its own.
 * @param health of each shard's own, beside what the run has
 */
function deal(runId: number, of: number, name: string): readonly string[] {
  const sample = openTape(SAMPLE_TAPE);
  const run = sample.runs().find(({ id }) => id === runId) as Run;
  const exchanges = new Set([...sample.exchanges()].map(({ id }) => id));
  sample.close();
  return Array.from({ length: of }, (_, index) => {
    const path = at(`${name}-${index}.sqlite`);
    createPart(path, SAMPLE_TAPE, exchanges);
    const db = new Database(path);
    db.prepare('ATTACH ? AS whole').run(SAMPLE_TAPE);
    const shard: ShardSetting = { index, of, cell: run.cell, run: `${name}-1` };
    const share = Math.floor(run.cell.connections / of) + (index < run.cell.connections % of ? 1 : 0);
    const shards = [{ index, lateMs: index, offsetMs: 0, uncertaintyMs: 0.1, driftMs: 0, end: 'complete' }];
    const health = { ...run.end?.health, connectionsOpen: share, retried: 0, shards, retriedSeqs: [] };
    db.prepare('INSERT INTO main.runs SELECT * FROM whole.runs WHERE id = ?').run(runId);
    db.prepare('UPDATE main.runs SET connections = ?, settings = ?, health = ? WHERE id = ?').run(
      share,
      JSON.stringify({ ...run.settings, shard }),
      JSON.stringify(health),
      runId,
    );
    db.prepare('INSERT INTO main.results SELECT * FROM whole.results WHERE run_id = ? AND seq % ? = ?').run(
      runId,
      of,
      index,
    );
    db.exec(
      'INSERT INTO main.result_chunk_times SELECT c.* FROM whole.result_chunk_times c JOIN main.results s ON s.id = c.result_id',
    );
    db.close();
    return path;
  });
}

/** The first run of a tape, as `report` gives it. */
async function reported(path: string, run: number) {
  const { stdout, stderr } = await runCli(['report', path, '--run', String(run), '--format', 'json']);
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout).runs[0];
}

test('figures of the merged run are those of the run that was dealt out, to the last digit', async () => {
  const parts = deal(1, 3, 'dealt');
  const { code, stderr } = await runCli(['merge', ...parts, '--out', at('merged.sqlite')]);
  assert.match(stderr, /wrote .*merged.sqlite from 3 tapes: 1 run, 1 of them sent in shards/);
  const whole = await reported(SAMPLE_TAPE, 1);
  const merged = await reported(at('merged.sqlite'), 1);
  assert.equal(code, 0);
  for (const key of Object.keys(whole)) {
    if (['id', 'health', 'settings', 'server'].includes(key)) continue;
    assert.deepEqual(merged[key], whole[key], key);
  }
  assert.equal(merged.health.connectionsOpen, whole.cell.connections);
  assert.deepEqual(
    merged.health.shards.map(({ lateMs }: { lateMs: number }) => lateMs),
    [0, 1, 2],
  );
  assert.equal('shard' in merged.settings, false);
  const positions = (path: string) => {
    const tape = openTape(path);
    const seqs = [...tape.results(1)].map(({ result: { seq } }) => seq);
    tape.close();
    return seqs;
  };
  assert.deepEqual(positions(at('merged.sqlite')), positions(SAMPLE_TAPE));
});

test('merged with its tape, the run can be compared with the runs of the tape', async () => {
  const parts = deal(7, 2, 'after');
  for (const part of parts) {
    const db = new Database(part);
    db.exec('UPDATE runs SET started_at_ms = started_at_ms + 1e6');
    db.close();
  }
  await runCli(['merge', SAMPLE_TAPE, ...parts, '--out', at('with-tape.sqlite')]);
  const tape = openTape(at('with-tape.sqlite'));
  const runs = tape.runs();
  const sample = openTape(SAMPLE_TAPE);
  assert.equal(runs.length, sample.runs().length + 1);
  assert.ok([...tape.exchanges()].every(({ requestBodyId }) => requestBodyId !== null));
  sample.close();
  tape.close();
  const { stdout } = await runCli(['compare', at('with-tape.sqlite'), 'before', 'after', '--json']);
  assert.ok(
    Array.isArray(JSON.parse(stdout).cells ?? JSON.parse(stdout).comparison?.cells),
    stdout.slice(0, 300),
  );
});

test('a shard that did not end, and starts that were too far apart, make the merged run invalid', async () => {
  const parts = deal(1, 2, 'died');
  const db = new Database(parts[1] ?? '');
  db.exec('UPDATE runs SET window_us = NULL, ended_us = NULL, health = NULL, invalid_reasons = NULL');
  db.close();
  const { code, stdout } = await runCli(['merge', ...parts, '--out', at('died.sqlite')]);
  assert.equal(code, 4);
  assert.match(stdout, /shard 1 of 2 did not finish/);

  const late = deal(1, 2, 'late');
  const second = new Database(late[1] ?? '');
  second.exec("UPDATE runs SET health = json_set(health, '$.shards[0].lateMs', 5000.0)");
  second.close();
  const skewed = await runCli(['merge', ...late, '--out', at('late.sqlite')]);
  assert.match(skewed.stdout, /the shards began up to 5.00 s apart/);
});

test('a missing shard, and a position that two shards sent, end the merge without a tape', async () => {
  const parts = deal(1, 3, 'missing');
  const { code, stderr } = await runCli(['merge', ...parts.slice(0, 2), '--out', at('missing.sqlite')]);
  assert.deepEqual(
    [code, /but shard 2 is missing/.test(stderr), stderr.trim().split('\n').length],
    [1, true, 1],
  );
  assert.equal(existsSync(at('missing.sqlite')), false);

  const doubled = deal(1, 2, 'doubled');
  const db = new Database(doubled[1] ?? '');
  db.exec('UPDATE results SET seq = seq - 1');
  db.close();
  const refused = await runCli(['merge', ...doubled, '--out', at('doubled.sqlite')]);
  assert.deepEqual([refused.code, existsSync(at('doubled.sqlite'))], [1, false]);
  assert.match(
    refused.stderr,
    /two shards of the run before sent request 0 of its plan: merge shards of one run only/,
  );
});
