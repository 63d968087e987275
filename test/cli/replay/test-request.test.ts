import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readyTraffic } from '../../../src/cli/replay/test-request.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { givenReplay } from '../../helpers/given-options.ts';
import { startLocalServer } from '../../helpers/local-server.ts';
import { sampleTape } from '../../helpers/sample-tape.ts';
import { writeTape } from '../../helpers/written-tape.ts';

const folder = mkdtempSync(join(tmpdir(), 'reprise-test-'));
after(() => rmSync(folder, { recursive: true }));

interface Refusal {
  readonly status: number;
  readonly body?: string;
  readonly location?: string;
}

/** Makes a tape ready against a server that answers each body as `judge` says; null is a good answer. */
async function ready(
  options: Record<string, string>,
  judge: (body: string) => Refusal | null,
  path = sampleTape(folder, `${Math.random()}.sqlite`),
) {
  let asked = 0;
  const server = await startLocalServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    asked += 1;
    const refusal = judge(Buffer.concat(pieces).toString());
    response.statusCode = refusal?.status ?? 200;
    if (refusal?.location !== undefined) response.setHeader('location', refusal.location);
    response.end(refusal?.body ?? '{"choices":[]}');
  });
  const tape = openTape(path);
  try {
    const settings = givenReplay(options);
    const { signal } = new AbortController();
    const result = await readyTraffic({
      tape,
      path,
      settings,
      targets: [server.url],
      test: true,
      signal,
    }).catch((error: unknown) => (error instanceof UserError ? error.message : Promise.reject(error)));
    return { result, asked };
  } finally {
    tape.close();
    await server.close();
  }
}

/** Paths and models on the sample tape, streamed and not. */
const KINDS = 3;

const says = (status: number, message: string): Refusal => ({
  status,
  body: JSON.stringify({ error: { message } }),
});

test('a refusal ends with the words of the server and the option that helps', async () => {
  const refusals: readonly (readonly [Refusal, RegExp, number?])[] = [
    [says(401, 'bad key'), /\(401: bad key\): .*--api-key-env$/],
    [says(403, 'no'), /--api-key-env$/],
    [says(404, 'The model `m` does not exist'), /--model$/],
    [{ status: 404, body: '' }, /\(404\): .*--target$/],
    [says(400, 'unknown field cache_salt'), /cache_salt\): .*--cache warm$/],
    [{ status: 308, location: 'https://other/' }, /redirect \(308\) to https:\/\/other\/: .*--target/],
  ];
  for (const [refusal, words] of refusals) {
    const { result, asked } = await ready({ cache: 'salt', lengths: 'free', usage: 'keep' }, () => refusal);
    assert.match(String(result), words);
    assert.ok(asked <= 2, String(words));
  }
});

test('a refusal without a name is tried once more as it was recorded', async () => {
  const judge = (body: string): Refusal | null =>
    body.includes('cache_salt') ? { status: 400, body: 'no' } : null;
  const { result, asked } = await ready({ cache: 'salt', lengths: 'free', usage: 'keep' }, judge);
  assert.match(String(result), /\(400: no\): leave out what reprise adds with --cache warm$/);
  assert.equal(asked, 2);
});

test('a failing or overloaded server is measured nevertheless', async () => {
  for (const status of [429, 500, 503]) {
    const { result, asked } = await ready({}, () => says(status, 'busy'));
    assert.equal(typeof result, 'object', String(status));
    assert.equal(asked, KINDS);
  }
});

test('each path and model is tried, streamed and not, so that a server that lacks one of them is found before the clock', async () => {
  const path = join(folder, 'two-models.sqlite');
  const of = (model: string, more: object) => ({ body: { model, ...more }, request: { model } });
  const prompt = { ...of('big', { prompt: 'a' }), path: '/v1/completions' };
  writeTape(path, [
    of('big', { messages: [] }),
    of('big', { messages: [] }),
    prompt,
    of('big', { messages: [], stream: true }),
    of('small', { messages: [] }),
  ]);
  const tried: string[] = [];
  const judge = (refused: string) => (body: string) => {
    const { model, prompt: isPrompt, stream } = JSON.parse(body);
    tried.push(`${model}${isPrompt === undefined ? '' : ' prompt'}${stream === true ? ' stream' : ''}`);
    return model === refused ? says(404, `no model ${model}`) : null;
  };
  assert.equal(typeof (await ready({}, judge('none'), path)).result, 'object');
  assert.deepEqual(tried, ['big', 'big prompt', 'big stream', 'small']);
  assert.match(String((await ready({}, judge('small'), path)).result), /no model small/);
  const withoutPrompts = (body: string) =>
    JSON.parse(body).prompt === undefined ? null : { status: 404, body: 'Not Found' };
  assert.match(
    String((await ready({}, withoutPrompts, path)).result),
    /the requests for \/v1\/completions of the tape \(404: Not Found\): leave them out with --select path=\/v1\/chat\/completions, or check/,
  );
});
