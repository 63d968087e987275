import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadRequests } from '../../../src/cli/replay/load-requests.ts';
import { warmServer } from '../../../src/cli/replay/warm-server.ts';
import { openTapeThread } from '../../../src/cli/tape-file.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { givenReplay } from '../../helpers/given-options.ts';
import { httpCall } from '../../helpers/http-call.ts';
import { sampleValue } from '../../helpers/metrics-page.ts';
import { shortTape } from '../../helpers/pair-play.ts';
import { quickSimulator } from '../../helpers/quick-simulator.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

test('the server gets so many requests, and the tape nothing', async () => {
  const { url } = await quickSimulator({ model: 'm' });
  const path = shortTape(join(tempFolder(), 'tape.sqlite'));
  const tape = await openTapeThread(path, 'append');
  const reader = openTape(path);
  const settings = givenReplay({ target: url.href, timeout: '10s' });
  const loaded = loadRequests(reader, path, settings.requests);
  const { signal } = new AbortController();
  await warmServer(
    { settings, target: url, label: 'x', loaded, tape, reader, signal },
    { cell: { threads: 1, connections: 2 }, load: { kind: 'closed', semantics: 'drain' } },
    { requests: 12 },
  );
  const { text } = await httpCall(new URL('/metrics', url));
  assert.equal(sampleValue(text, 'vllm:request_success_total', { finished_reason: 'length' }), 12);
  assert.deepEqual(reader.runs(), []);
  await tape.close();
  reader.close();
});
