import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { systemTimers } from '../../../src/model/clock.ts';
import type { RawResult } from '../../../src/model/result.ts';
import { type LoadSpec, type WorkerShare, wholeShare } from '../../../src/replay/engine/load-spec.ts';
import { Sender } from '../../../src/replay/engine/sender.ts';
import { startLocalServer } from '../../helpers/local-server.ts';
import { LOAD_SPEC } from '../../helpers/sample-load-spec.ts';
import { selfSigned } from '../../helpers/self-signed.ts';

async function openSender(...given: ConstructorParameters<typeof Sender>): Promise<Sender> {
  const sender = new Sender(...given);
  await sender.open(new AbortController().signal).catch((error: unknown) => {
    sender.close();
    throw error;
  });
  return sender;
}

const BODY = '{"cache_salt":""}';
const SPEC: Omit<LoadSpec, 'target'> = {
  ...LOAD_SPEC,
  cell: { threads: 3, connections: 10 },
  plan: { ...LOAD_SPEC.plan, requests: 40 },
  requests: LOAD_SPEC.requests.map((request) => ({
    ...request,
    body: Buffer.from(BODY),
    saltAt: BODY.length - 2,
  })),
  salt: 'run-1',
};

interface Ran {
  readonly results: RawResult[];
  /** `cache_salt` of each request that came. */
  readonly salts: string[];
  readonly open: number;
}

/** Runs a load on as many shares as there are, each its own sender in this thread. */
async function run(
  spec: Partial<LoadSpec>,
  shares: readonly WorkerShare[] = [wholeShare()],
  aheadUs = 0,
): Promise<Ran> {
  const salts: string[] = [];
  const server = await startLocalServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    if (text !== '') salts.push((JSON.parse(text) as { cache_salt: string }).cache_salt);
    setTimeout(() => response.end('{}'), 2);
  });
  const results: RawResult[] = [];
  const { signal } = new AbortController();
  const senders = await Promise.all(
    shares.map((share) => openSender({ ...SPEC, ...spec, target: server.url.origin }, share, systemTimers)),
  );
  await Promise.all(senders.map((sender) => sender.warmUp(signal)));
  const startedUs = systemTimers.nowUs() + aheadUs;
  const sent = await Promise.all(
    senders.map((sender) => sender.run(startedUs, { addAll: (batch) => results.push(...batch) }, signal)),
  );
  for (const sender of senders) sender.close();
  await server.close();
  return { results, salts, open: sent.reduce((sum, { connectionsOpen }) => sum + connectionsOpen, 0) };
}

function sharesOf(workers: number): WorkerShare[] {
  const whole = wholeShare();
  return Array.from({ length: workers }, (_, worker) => ({ ...whole, worker, workers }));
}

test('workers share connections and plan without loss or doubles', async () => {
  for (const workers of [1, 3]) {
    const { results, open } = await run({}, sharesOf(workers));
    assert.equal(open, 10);
    assert.deepEqual(
      results.map(({ seq }) => seq).sort((a, b) => a - b),
      Array.from({ length: 40 }, (_, i) => i),
    );
    assert.equal(new Set(results.map(({ connection }) => connection)).size, 10);
    assert.deepEqual([...new Set(results.map(({ thread }) => thread))].sort(), [0, 1, 2]);
  }
});

test('an open loop is shared too, each request once and by the plan', async () => {
  const arrivals = { kind: 'constant', ratePerSec: 1_000 } as const;
  const { results } = await run(
    { load: { kind: 'open', arrivals, maxInFlight: null }, plan: { ...SPEC.plan, arrivals } },
    sharesOf(2),
  );
  const bySeq = results.sort((a, b) => a.seq - b.seq);
  assert.deepEqual(
    bySeq.map(({ seq }) => seq),
    Array.from({ length: 40 }, (_, i) => i),
  );
  for (const { seq, connection } of bySeq)
    assert.equal(connection % 2, seq % 2, 'each worker has connections of its own');
  const first = bySeq[0]?.scheduledUs ?? 0;
  assert.ok(bySeq.every(({ scheduledUs, seq }) => Math.abs(scheduledUs - first - seq * 1_000) < 1));
});

test('a clock that starts a moment ahead: nothing is sent before it, by any worker, in either loop', async () => {
  const arrivals = { kind: 'constant', ratePerSec: 1_000 } as const;
  const open = {
    load: { kind: 'open', arrivals, maxInFlight: null },
    plan: { ...SPEC.plan, arrivals },
  } as const;
  for (const spec of [{}, open]) {
    const { results } = await run(spec, sharesOf(2), 60_000);
    assert.equal(results.length, 40);
    for (const { scheduledUs, sentUs } of results)
      assert.ok(scheduledUs >= 0 && (sentUs ?? 0) >= scheduledUs);
  }
});

test('a warm-up is sent before and not kept, with its own salt', async () => {
  const { results, salts } = await run({ warmup: { requests: 7 }, plan: { ...SPEC.plan, requests: 5 } });
  assert.equal(results.length, 5);
  assert.deepEqual(
    salts.map((salt) => salt.replace(/-\d+$/, '')),
    [...Array.from({ length: 7 }, () => 'run-1-warm'), ...Array.from({ length: 5 }, () => 'run-1')],
  );
});

test('each pass over the tape has its own salt', async () => {
  const { salts } = await run({ plan: { ...SPEC.plan, requests: 3 } });
  assert.deepEqual(salts.sort(), ['run-1-000000', 'run-1-000001', 'run-1-000002']);
});

test("wrk's semantics: the remainder of the connections is not opened", async () => {
  const { open } = await run({
    load: { kind: 'closed', semantics: 'wrk' },
    plan: { ...SPEC.plan, requests: 1 },
  });
  assert.equal(open, 9);
});

test('fewer connections, or requests in flight, than workers: those without any send nothing and end', async () => {
  const one = { threads: 1, connections: 1 };
  const arrivals = { kind: 'constant', ratePerSec: 1_000 } as const;
  const loads: readonly Partial<LoadSpec>[] = [
    { cell: one },
    { cell: one, warmup: { requests: 7 } },
    {
      cell: { threads: 1, connections: 3 },
      load: { kind: 'open', arrivals, maxInFlight: 1 },
      plan: { ...SPEC.plan, arrivals },
    },
  ];
  for (const spec of loads) {
    const { results, salts } = await run(spec, sharesOf(3));
    assert.deepEqual(
      results.map(({ seq }) => seq).sort((a, b) => a - b),
      Array.from({ length: 40 }, (_, i) => i),
    );
    assert.equal(salts.length, spec.warmup == null ? 40 : 47, 'the whole warm-up is sent too');
  }
});

test('connections that were idle before the run are opened anew, so that its first requests meet no stale one', async () => {
  let sockets = 0;
  const server = await startLocalServer((_request, response) => response.end('{}'));
  server.server.on('connection', () => {
    sockets += 1;
  });
  let aheadUs = 0;
  const timers = { ...systemTimers, nowUs: () => systemTimers.nowUs() + aheadUs };
  const { signal } = new AbortController();
  const sender = await openSender({ ...SPEC, target: server.url.origin }, wholeShare(), timers);
  assert.equal(sockets, 10);
  aheadUs = 4.5e6;
  const { outcome } = await sender.run(timers.nowUs(), { addAll: () => undefined }, signal);
  assert.deepEqual([sockets, outcome.retried.length], [20, 0]);
  sender.close();
  await server.close();
});

test('a target behind TLS whose authority is given is trusted, and refused without', async (t) => {
  const certificate = selfSigned();
  const server = createServer(certificate, (_request, response) => response.end('{}')).listen(0);
  t.after(() => server.close());
  await once(server, 'listening');
  const target = `https://localhost:${(server.address() as AddressInfo).port}`;
  const { signal } = new AbortController();
  const open = (ca: string | null) =>
    openSender({ ...SPEC, target, trust: { ca, insecure: false } }, wholeShare(), systemTimers);
  const sender = await open(certificate.cert);
  t.after(() => sender.close());
  const results: RawResult[] = [];
  const sink = { addAll: (batch: readonly RawResult[]): void => void results.push(...batch) };
  const { connectionsOpen } = await sender.run(systemTimers.nowUs(), sink, signal);
  assert.equal(connectionsOpen, 10);
  assert.deepEqual(
    results.map(({ answer }) => answer.status),
    Array.from({ length: 40 }, () => 200),
  );
  await assert.rejects(open(null), /self.signed/i);
});
