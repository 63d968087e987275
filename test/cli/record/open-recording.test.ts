import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openRecording } from '../../../src/cli/record/open-recording.ts';
import { createLog } from '../../../src/cli/terminal/terminal.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { givenRecord } from '../../helpers/given-options.ts';
import { quickSimulator } from '../../helpers/quick-simulator.ts';
import { exchangeEnd, exchangeStart } from '../../helpers/sample-records.ts';
import { seriesWriter } from '../../helpers/series-writer.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

test('the capture stores its settings; the policy reaches the thread; the server is asked at both ends', async () => {
  const { url } = await quickSimulator();
  const path = join(folder, 'a.sqlite');
  const settings = givenRecord({
    upstream: url.href,
    noBodies: true,
    redactHeader: ['x-mine'],
    serverCommand: 'SOME_TOKEN=hush echo hi',
    failClosed: true,
  });
  let samples = 0;
  const tapes = await openRecording(settings, path, createLog(false), (batch) => {
    samples += batch.length;
  });
  assert.equal(await tapes.begun, true);
  const writer = seriesWriter(tapes);
  writer.sink.start(exchangeStart(1, 0));
  writer.sink.end(exchangeEnd(1, 0));
  await writer.close();
  await tapes.close();
  assert.equal(samples, 1);

  const tape = openTape(path);
  const [capture] = tape.captures();
  const [exchange] = [...tape.exchanges()];
  const kinds = tape.serverStates({ captureId: 1 }).map(({ edge, kind }) => `${edge} ${kind}`);
  tape.close();
  assert.equal(capture?.upstream, url.origin);
  assert.deepEqual(
    [capture?.settings.failClosed, capture?.settings.serverCommand],
    [true, 'SOME_TOKEN=… echo hi'],
  );
  assert.match(JSON.stringify(capture?.redaction), /"authorization".*"x-mine".*"bodies":false/);
  assert.equal(exchange?.requestBodyId, null);
  for (const kind of ['start version', 'start command', 'end metrics', 'end command'])
    assert.ok(kinds.includes(kind), kind);
});
