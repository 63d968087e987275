import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, httpCall } from '../../helpers/http-call.ts';
import { REFERENCE_REQUEST } from '../../helpers/quick-simulator.ts';
import { assertRefused } from '../../helpers/refusals.ts';
import { startCli } from '../../helpers/run-cli.ts';

test('it serves what vLLM serves until Ctrl-C, then ends with 0', async () => {
  const server = startCli(['simulate', '--listen', '127.0.0.1:0', '--time-scale', '50', '--model', 'mine']);
  const url = await server.says(/a simulated a40-14b at 50 times its speed listens on (\S+)/);
  const models = JSON.parse((await httpCall(new URL('/v1/models', url))).text);
  assert.equal(models.data[0].id, 'mine');
  const path = new URL('/v1/chat/completions', url);
  const answer = await httpCall(path, { ...REFERENCE_REQUEST, model: 'mine' });
  assert.equal(answer.status, 200);
  assert.equal(JSON.parse(answer.text).usage.completion_tokens, 50);
  assert.equal((await httpCall(path, REFERENCE_REQUEST)).status, 404);
  server.interrupt();
  const { code, stdout, stderr } = await server.ended;
  assert.deepEqual([code, stdout], [0, '']);
  assert.match(stderr, /50 steps, 99 % of them at most [\d.]+ ms late, the latest [\d.]+ ms\n/);
});

test('--max-num-seqs limits the running requests', async () => {
  const server = startCli(['simulate', '--listen', '127.0.0.1:0', '--max-num-seqs', '1']);
  const url = new URL(await server.says(/listens on (\S+)/));
  const path = new URL('/v1/chat/completions', url);
  const leave = new AbortController();
  // Neither ends while the test looks.
  const body = JSON.stringify({ ...REFERENCE_REQUEST, max_tokens: 30_000 });
  const headers = { 'content-type': 'application/json' };
  const calls = [1, 2].map(() => fetch(path, { method: 'POST', headers, body, signal: leave.signal }));
  const gauge = async (name: string): Promise<number> => {
    const { text } = await httpCall(new URL('/metrics', url));
    return Number(new RegExp(`^vllm:num_requests_${name}\\{[^}]*\\} (.*)$`, 'm').exec(text)?.[1]);
  };
  await eventually(async () => (await gauge('running')) === 1 && (await gauge('waiting')) === 1);
  leave.abort();
  for (const call of calls) await assert.rejects(call);
  server.interrupt();
  await server.ended;
});

test('invalid options and a port in use', async () => {
  const server = startCli(['simulate', '--listen', '127.0.0.1:0']);
  const { host, port } = new URL(await server.says(/listens on (\S+)/));
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['--max-num-seqs', 'x'], /--max-num-seqs x/],
    [['--listen', host], new RegExp(`port ${port} on 127.0.0.1 is already in use: .*another --listen`)],
  ];
  await assertRefused(cases.map(([args, words]) => [['simulate', ...args], words]));
  server.interrupt();
  assert.equal((await server.ended).code, 0);
});
