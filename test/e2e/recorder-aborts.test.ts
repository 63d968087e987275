import assert from 'node:assert/strict';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTape } from '../../src/store/tape-reader.ts';
import { abortedClients, runningRequests } from '../helpers/aborted-clients.ts';
import { eventually, httpCall } from '../helpers/http-call.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';
import { recorderCli } from '../helpers/recorder-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

test('300 clients that disconnect at random times leave nothing running upstream, and are on the tape', async () => {
  const { url: upstream } = await quickSimulator({ timeScale: 5 });
  const path = join(folder, 'aborts.sqlite');
  const { chat: url, stop } = await recorderCli(upstream, path);
  await abortedClients(url, upstream, { ...REFERENCE_REQUEST, max_tokens: 2_000 }, 300, 1_200);
  // The wait is for the gauge to be asked; how long it took is the bench's to print.
  await eventually(async () => (await runningRequests(upstream)) === 0);
  assert.equal((await httpCall(url, REFERENCE_REQUEST)).status, 200);
  await stop();

  const tape = openTape(path);
  const exchanges = [...tape.exchanges()];
  tape.close();
  assert.equal(exchanges.length, 301);
  const aborted = exchanges.filter(({ outcome }) => outcome === 'client_aborted');
  assert.equal(aborted.length, 300);
  const streaming = aborted.filter(({ firstTokenUs }) => firstTokenUs !== null);
  assert.ok(streaming.length > 50, 'some left in mid-stream');
  assert.ok(aborted.length - streaming.length > 10, 'some left before the first token');
  for (const { completionTokens, finishedUs, arrivedUs } of streaming) {
    assert.ok(
      (completionTokens ?? 0) > 0 && (finishedUs ?? 0) > arrivedUs,
      'when, and after how many tokens',
    );
  }
});

test('a client that leaves while its request is still on its way up is an abort too', async () => {
  const { url: upstream } = await quickSimulator();
  const path = join(folder, 'upload.sqlite');
  const { chat: url, stop } = await recorderCli(upstream, path);
  const call = request(url, { method: 'POST', headers: { 'content-length': '1000000' } });
  call.on('error', () => undefined);
  call.write('{"model":');
  await eventually(() => {
    const tape = openTape(path);
    const n = tape.exchangeCount();
    tape.close();
    return n === 1;
  });
  call.destroy();
  await eventually(() => {
    const tape = openTape(path);
    const [exchange] = [...tape.exchanges()];
    tape.close();
    return exchange?.outcome === 'client_aborted' && exchange.requestEndUs === null;
  });
  await stop();
});
