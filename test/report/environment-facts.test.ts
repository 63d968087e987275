import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunSettings, SendSettings } from '../../src/model/run.ts';
import {
  cacheText,
  changesText,
  environmentFacts,
  instant,
  loadText,
  trafficText,
} from '../../src/report/environment-facts.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';
import { matrixReport } from '../helpers/sample-matrix.ts';
import { RUN } from '../helpers/sample-records.ts';

const english = messagesOf('en');
const chinese = messagesOf('zh');

const report = matrixReport({ repeats: 2, windowSec: 2 });
const of = (runs = report.runs, words = english) => Object.fromEntries(environmentFacts(report, runs, words));

test('server, load and tool: enough to repeat the runs', () => {
  const facts = of();
  assert.equal(facts.server, 'http://10.1.2.100:8080/v1/chat/completions');
  assert.equal(facts.version, 'vLLM 0.8.5');
  assert.equal(facts.model, 'deepseek-14b (context of 32,768 tokens)');
  assert.equal(facts.settings, 'max_num_seqs=256 enable_prefix_caching=true');
  assert.deepEqual([facts.GPU, facts.driver], ['NVIDIA A40', '550.54.15']);
  assert.match(facts.load ?? '', /closed loop.*; 2 s per run; timeout 30 s$/);
  assert.match(
    facts['command line'] ?? '',
    /^reprise replay .*--matrix 10x20,10x100,100x100,100x200 --duration 2s/,
  );
  assert.equal(
    facts['client machine'],
    'AMD EPYC 7B13, 8 cores, linux x64, Node 24.4.0; sent from 2 threads',
  );
  assert.deepEqual([facts.seed, facts['prefix cache']], ['1', 'as earlier runs left it']);
  assert.match(facts.runs ?? '', /^2026-11-24 13:01:10 UTC to 2026-11-24 13:09:20 UTC$/);
});

test('what the tape does not have is said, with how to have it', () => {
  const bare = report.runs.map((run) => ({
    ...run,
    summary: { ...run.summary, settings: { ...run.summary.settings, client: '', seed: 0 } },
    server: { version: null, models: [], flags: [], gpus: [], driver: null, commandOutput: null },
  }));
  const facts = of(bare);
  assert.deepEqual([facts.version, facts.model], ['not stored', 'not stored']);
  assert.match(facts.GPU ?? '', /--server-command/);
  assert.match(facts.settings ?? '', /VLLM_SERVER_DEV_MODE/);
  assert.deepEqual([facts['client machine'], facts.seed], ['not stored', 'not stored']);
  assert.deepEqual(of([]), {});
});

test('cards that only the recorder saw, with the time of it; a run that saw its own needs no recorder', () => {
  const [first] = report.runs;
  assert.ok(first !== undefined);
  const none = { ...first.server, gpus: [], driver: null };
  const recordedServer = { at: '2026-11-20T08:00:00.000Z', facts: { ...first.server, gpus: ['NVIDIA L4'] } };
  const facts = of([{ ...first, server: none, recordedServer }]);
  assert.equal(facts.GPU, 'NVIDIA L4 (as seen by the recorder, 2026-11-20 08:00:00 UTC)');
  assert.match(facts.driver ?? '', /^550\.54\.15 \(as seen by the recorder/);
  assert.equal(of([{ ...first, recordedServer }]).GPU, 'NVIDIA A40');
  assert.match(
    of([{ ...first, server: none, recordedServer: { ...recordedServer, facts: none } }]).GPU ?? '',
    /^not/,
  );
});

test('settings in which the cells of a label differ are all listed', () => {
  const [first, second] = report.runs;
  assert.ok(first !== undefined && second !== undefined);
  const settings = {
    ...second.summary.settings,
    workers: 4,
    changes: [{ kind: 'flagSet', field: 'stream', value: true, requests: 1 } as const],
  };
  const other = { ...second, summary: { ...second.summary, settings } };
  assert.match(of([first, other])['client machine'] ?? '', /2 threads; AMD .* 4 threads$/);
  assert.equal(of([other])['changed bytes'], 'stream turned on (1)');
});

test('several cards of a kind, exchanges that were left out', () => {
  const [first] = report.runs;
  assert.ok(first !== undefined);
  const settings = {
    ...first.summary.settings,
    requests: 50,
    skipped: [{ kind: 'bodyTruncated', requests: 3 } as const],
  };
  const run = {
    ...first,
    summary: { ...first.summary, settings },
    server: { ...first.server, gpus: ['A40', 'A40'], commandOutput: 'ROCm' },
  };
  const facts = of([run]);
  assert.deepEqual([facts.GPU, facts["server command's output"]], ['2 × A40', 'ROCm']);
  assert.match(facts.traffic ?? '', /; 3 requests left out: request body truncated$/);
  assert.match(facts.load ?? '', /50 requests per run/);
});

test('in Chinese', () => {
  const facts = of(report.runs, chinese);
  assert.equal(facts.模型, 'deepseek-14b（上下文 32,768 token）');
  assert.match(facts.负载 ?? '', /^闭环：.*；每次运行 2 s；超时 30 s$/);
});

test('a time without needless digits', () => {
  assert.equal(instant('2026-11-24T22:27:28.556Z'), '2026-11-24 22:27:28 UTC');
});

const settings: RunSettings = { ...RUN.settings, exchanges: 1_200, conversations: 300 };

test('what was sent', () => {
  assert.equal(
    trafficText({ ...settings, order: 'shuffled', skipped: [{ kind: 'notSelected', requests: 7 }] }, english),
    '1,200 recorded requests, in 300 conversations, in shuffled order, repeatedly; response lengths as recorded, where that is safe; 7 requests left out: not selected',
  );
  assert.equal(
    trafficText({ ...settings, exchanges: 1, conversations: 1, loop: false, lengths: 'free' }, english),
    '1 recorded request, once; response lengths left to the model',
  );
  assert.match(
    trafficText({ ...settings, skipped: [{ kind: 'notSelected', requests: 7 }] }, chinese),
    /跳过 7 个：不在选择范围内$/,
  );
});

test('closed loops: by time, by number, to the end of the tape', () => {
  assert.match(loadText(settings, english), /^closed loop: each conn.* ended; 1 s per run; timeout 30 s$/);
  const wrk = { kind: 'closed', semantics: 'wrk' } as const;
  assert.match(
    loadText({ ...settings, load: wrk, durationUs: null, requests: 50 }, english),
    /^closed loop with wrk semantics.*; 50 requests per run;/,
  );
  assert.match(loadText({ ...settings, durationUs: null }, english), /; to the end of the tape; timeout/);
});

test('open loops by their arrivals, with what holds requests back', () => {
  const open = (arrivals: Extract<RunSettings['load'], { kind: 'open' }>['arrivals']) =>
    loadText({ ...settings, load: { kind: 'open', arrivals, maxInFlight: 64 } }, english);
  assert.match(
    open({ kind: 'recorded', timeScale: 2 }),
    /as recorded, sped up by a factor of 2; at most 64 in flight;/,
  );
  assert.match(open({ kind: 'recorded', timeScale: 1 }), /arrivals as recorded; at most/);
  assert.match(open({ kind: 'constant', ratePerSec: 5 }), /equal intervals/);
  assert.match(open({ kind: 'poisson', ratePerSec: 5 }), /Poisson/);
  assert.match(open({ kind: 'gamma', ratePerSec: 5, cv: 2.5 }), /variation of 2\.5;/);
});

test('think times, aborts and warm-up, where they are not the default', () => {
  const more = { think: { kind: 'recorded' }, aborts: 'ignore', warmup: { requests: 20 } } as const;
  assert.match(
    loadText({ ...settings, ...more }, english),
    /turns after the recorded think time; requests whose clients had disconnected skipped; warm-up of 20 requests$/,
  );
  const timed = { think: { kind: 'fixed', us: 1_500_000 }, warmup: { us: 2_000_000 } } as const;
  assert.match(loadText({ ...settings, ...timed }, english), /turns 1\.5 s after .*; warm-up of 2 s$/);
});

test('changes, the most frequent first; the cache, and a server that would not reset it', () => {
  const changes: RunSettings['changes'] = [
    { kind: 'fieldRemoved', field: 'request_id', requests: 3 },
    { kind: 'flagSet', field: 'ignore_eos', value: true, requests: 90 },
  ];
  assert.equal(
    changesText({ ...settings, changes }, english),
    'ignore_eos turned on (90); request_id removed (3)',
  );
  assert.equal(
    changesText({ ...settings, changes }, chinese),
    '打开 ignore_eos（90 个）；删除 request_id（3 个）',
  );
  assert.equal(changesText(settings, english), '');
  assert.match(cacheText({ ...settings, cache: 'salt' }, english), /^salted/);
  const cacheRefusal = { kind: 'status', status: 404 } as const;
  assert.equal(
    cacheText({ ...settings, cache: 'reset', cacheRefusal }, english),
    'not reset: the server answered 404 to POST /reset_prefix_cache',
  );
});

test('every setting of a run is in the report: another value gives other facts', () => {
  const [run] = report.runs;
  assert.ok(run !== undefined);
  const others: SendSettings = {
    durationUs: 5e6,
    requests: 7,
    loop: false,
    timeoutUs: 7e6,
    order: 'shuffled',
    think: { kind: 'fixed', us: 2e6 },
    aborts: 'ignore',
    cache: 'reset',
    lengths: 'free',
    select: ['model=m'],
    limit: 5,
    model: ['new'],
    set: ['temperature=0'],
    stream: 'off',
    usage: 'keep',
    warmup: { requests: 9 },
    seed: 77,
  };
  const factsOf = (changed: Partial<SendSettings>): string => {
    const { summary } = run;
    return JSON.stringify(
      of([{ ...run, summary: { ...summary, settings: { ...summary.settings, exchanges: 9, ...changed } } }]),
    );
  };
  for (const [name, value] of Object.entries(others)) {
    assert.notEqual(factsOf({ [name]: value }), factsOf({}), name);
  }
});

test('a run of several processes names how far apart they began, and a part of one what it is', () => {
  const [first] = report.runs;
  assert.ok(first?.summary.health);
  const { health, settings, cell } = first.summary;
  const start = { offsetMs: 0, uncertaintyMs: 0, driftMs: 0, end: 'complete' } as const;
  const shards = [3, 1.5].map((lateMs, index) => ({ ...start, index, lateMs }));
  const merged = { ...first, summary: { ...first.summary, health: { ...health, shards } } };
  assert.equal(of([merged])['sent by'], '2 processes, whose starts were up to 1.50 ms apart');
  const shard = { index: 1, of: 4, cell, run: 'a-1' };
  const part = { ...first, summary: { ...first.summary, settings: { ...settings, shard } } };
  assert.match(of([part])['sent by'] ?? '', /^shard 1 of 4, so this is a part of a run/);
  assert.equal('sent by' in of(), false);
});
