import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTape } from '../../src/store/tape-reader.ts';
import { httpCall } from '../helpers/http-call.ts';
import { readHttpFixture } from '../helpers/http-fixture.ts';
import { startLocalServer } from '../helpers/local-server.ts';
import { recorderCli } from '../helpers/recorder-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

/** The paths with the raw answer of a real vLLM to each. */
const ANSWERS = {
  '/v1/responses': readHttpFixture('vllm-0.32.0/responses_stream'),
  '/v1/messages': readHttpFixture('vllm-0.32.0/messages_stream'),
  '/v1/completions': readHttpFixture('vllm-0.32.0/completions_stream'),
} as const;

test('with --path the other APIs are recorded and timed as well, and what is not named is not', async () => {
  const upstream = await startLocalServer((request, response) => {
    const answer = ANSWERS[request.url as keyof typeof ANSWERS];
    if (answer === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { status, headers, chunks } = answer;
    request.resume().on('end', async () => {
      response.writeHead(status, headers as string[]);
      for (const chunk of chunks) {
        response.write(chunk);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      response.end();
    });
  });
  const path = join(folder, 'apis.sqlite');
  const { url, stop } = await recorderCli(
    upstream.url,
    path,
    '--path',
    '/v1/responses',
    '--path',
    '/v1/messages',
  );
  for (const [route, { chunks }] of Object.entries(ANSWERS)) {
    const { text } = await httpCall(new URL(route, url), { model: 'tiny', stream: true });
    assert.equal(text, Buffer.concat(chunks).toString(), route);
  }
  await stop();
  await upstream.close();

  const tape = openTape(path);
  const exchanges = [...tape.exchanges()];
  tape.close();
  assert.deepEqual(
    exchanges.map((exchange) => [exchange.path, exchange.outcome, exchange.streamed, exchange.tokenSource]),
    [
      ['/v1/responses', 'ok', true, 'usage'],
      ['/v1/messages', 'ok', true, 'usage'],
    ],
  );
  for (const { firstTokenUs, lastTokenUs, headersUs, completionTokens } of exchanges) {
    assert.ok((completionTokens ?? 0) > 0);
    // A relay that is late reads several pieces at once.
    assert.ok((firstTokenUs ?? 0) >= (headersUs ?? 0) && (lastTokenUs ?? 0) >= (firstTokenUs ?? 0));
  }
});
