import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { httpCall } from '../../helpers/http-call.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../../helpers/quick-simulator.ts';
import { startCli } from '../../helpers/run-cli.ts';
import { startTestS3, type TestS3 } from '../../helpers/s3-server.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const at = (name: string): string => join(folder, name);

/** Records one request with --upload, and gives how the command ended. */
async function record(upstream: URL, s3: TestS3, name: string) {
  const admin = ['--admin', '127.0.0.1:0', '--upload', 's3://tapes/day', '--out', at(name)];
  const words = ['record', '--upstream', upstream.href, '--listen', '127.0.0.1:0', ...admin];
  const recorder = startCli(words, { env: s3.env });
  const chat = new URL('/v1/chat/completions', await recorder.says(/send clients to (\S+),/));
  const { status } = await httpCall(chat, REFERENCE_REQUEST);
  assert.equal(status, 200);
  const { text } = await httpCall(new URL('/metrics', await recorder.says(/counts are at (\S+)\/metrics/)));
  recorder.interrupt();
  return { ...(await recorder.ended), metrics: text };
}

test('a tape that could not be uploaded is complete, and the next recording sends it with its own', async () => {
  const { url } = await quickSimulator();
  const s3 = await startTestS3();
  s3.fail = () => 403;
  const refused = await record(url, s3, 'first.sqlite');
  assert.equal(refused.code, 0, refused.stderr);
  assert.match(refused.stderr, /first.sqlite could not be uploaded, trying again in 1.00 s: .*403/);
  assert.match(
    refused.stderr,
    /not yet in s3:\/\/tapes\/day\/: 1 tape, which the next recording in this folder/,
  );
  assert.match(refused.metrics, /^reprise_tapes_waiting 0$/m);
  assert.equal(existsSync(at('first.sqlite.upload')), true);

  s3.fail = () => null;
  const sent = await record(url, s3, 'second.sqlite');
  assert.match(sent.stderr, /1 tape of earlier recordings will be uploaded first/);
  assert.match(sent.stderr, /uploaded .*second.sqlite to s3:\/\/tapes\/day\/second.sqlite/);
  for (const name of ['first', 'second']) {
    const tape = readFileSync(at(`${name}.sqlite`));
    assert.ok(s3.objects.get(`tapes/day/${name}.sqlite`)?.equals(tape), name);
    const sum = createHash('sha256').update(tape).digest('hex');
    assert.match(String(s3.objects.get(`tapes/day/${name}.sqlite.sha256`)), new RegExp(`^${sum}  `));
    assert.equal(existsSync(at(`${name}.sqlite.upload`)), false);
  }
});
