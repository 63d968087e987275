import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/model/clock.ts';
import type { RawResult } from '../../../src/model/result.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { openCell } from '../../../src/replay/engine/open-cell.ts';
import { planClosedLoop } from '../../../src/replay/plan/closed-loop.ts';
import { startLocalServer, unusedUrl } from '../../helpers/local-server.ts';

test('all connections are open before the clock starts, without a request to the model', async () => {
  const seen: (string | undefined)[] = [];
  const server = await startLocalServer((request, response) => {
    seen.push(request.url);
    response.end('{}');
  });
  const cell = await openCell(server.url, { threads: 2, connections: 5 }, [], systemClock);
  assert.equal(cell.connectionsOpen, 5);
  assert.deepEqual(new Set(seen), new Set(['/health']));

  const results: RawResult[] = [];
  const startedUs = systemClock.nowUs();
  await cell.run(
    {
      plan: planClosedLoop(1, 5),
      requests: [
        {
          exchangeId: 9,
          path: '/v1/completions',
          headers: [],
          body: Buffer.from('{}'),
          saltAt: null,
          abort: null,
        },
      ],
      durationUs: null,
      timeoutUs: 5e6,
      sink: { add: (result) => results.push(result) },
      signal: new AbortController().signal,
    },
    startedUs,
  );
  await cell.close();
  await server.close();
  assert.deepEqual(
    results.map((result) => [result.exchangeId, result.answer.status]),
    Array.from({ length: 5 }, () => [9, 200]),
  );
  assert.ok(
    results.every((result) => result.scheduledUs >= 0 && result.scheduledUs < 5e6),
    'counted from the start',
  );
});

test('a target that nobody serves is the user mistake, in one sentence', async () => {
  const url = await unusedUrl();
  await assert.rejects(openCell(url, { threads: 1, connections: 2 }, [], systemClock), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(
      error.message,
      `cannot reach ${url.origin} (connection refused): start the server or check --target`,
    );
    return true;
  });
});
