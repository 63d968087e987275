import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadRequests } from '../../src/cli/load-requests.ts';
import { openTapeThread } from '../../src/cli/tape-file.ts';
import { UserError } from '../../src/model/user-error.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { CAPTURE, exchangeEnd, exchangeStart, streamedAnswer } from '../helpers/sample-records.ts';
import { SAMPLE_TAPE } from '../helpers/sample-tape.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

test('every request of the sample tape comes back in order, equal bodies held once', () => {
  const tape = openTape(SAMPLE_TAPE);
  const { requests, skipped } = loadRequests(tape, SAMPLE_TAPE);
  const exchanges = [...tape.exchanges()];
  assert.deepEqual(
    [requests.map(({ exchangeId }) => exchangeId), skipped],
    [exchanges.map(({ id }) => id), {}],
  );
  for (const { body, path } of requests) {
    const parsed = JSON.parse(Buffer.from(body).toString('utf8'));
    assert.equal(parsed.model, 'deepseek-14b');
    assert.ok(path.startsWith('/v1/'));
  }
  tape.close();
});

test('what cannot be replayed is counted by reason; a tape without anything to replay is refused', async () => {
  const path = join(folder, 'refused.sqlite');
  const thread = await openTapeThread(path, 'create');
  const sink = thread.exchangeSink(await thread.beginCapture(CAPTURE));
  for (const [number, status] of [200, 400, 404].entries()) {
    sink.start({ ...exchangeStart(number + 1), path: status === 200 ? '/v1/embeddings' : '/v1/completions' });
    sink.end({ ...exchangeEnd(number + 1), answer: { ...streamedAnswer(0), status } });
  }
  await thread.close();
  const tape = openTape(path);
  assert.throws(
    () => loadRequests(tape, path),
    (error) =>
      error instanceof UserError &&
      /nothing on .*refused\.sqlite can be replayed \(1 not a POST to a known API, 2 refused when recorded\)/.test(
        error.message,
      ),
  );
  tape.close();
});

test('an empty tape says what to do', async () => {
  const path = join(folder, 'empty.sqlite');
  await (await openTapeThread(path, 'create')).close();
  const tape = openTape(path);
  assert.throws(() => loadRequests(tape, path), /empty\.sqlite holds no exchange: record some traffic/);
  tape.close();
});
