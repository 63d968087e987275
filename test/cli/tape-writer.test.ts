import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTapeThread } from '../../src/cli/tape-file.ts';
import type { RawAnswer } from '../../src/model/completion.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { openTapeQueue } from '../../src/store/writing/tape-queue.ts';
import { rawAnswer, readHttpFixture } from '../helpers/http-fixture.ts';
import { CAPTURE, exchangeEnd, exchangeStart, RUN, RUN_END, rawResult } from '../helpers/sample-records.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

/** Fresh memory each time: what goes to the thread is moved there. */
function realAnswer(): RawAnswer {
  const raw = rawAnswer(readHttpFixture('vllm-0.32.0/stream'));
  return { ...raw, body: Uint8Array.from(raw.body ?? []) };
}

test('the thread reads real vLLM bytes on their way to the tape: the model, the tokens, the outcome', async () => {
  const path = join(folder, 'a.sqlite');
  const tape = await openTapeThread(path, 'create');
  const queue = openTapeQueue(tape.connect());
  const exchanges = queue.exchangeSink(await tape.beginCapture(CAPTURE));
  const body = '{"model":"tiny","stream":true,"max_tokens":6,"messages":[{"role":"user","content":"x"}]}';
  exchanges.start(exchangeStart(1));
  exchanges.end({ ...exchangeEnd(1, 1_000, body), answer: realAnswer() });
  const runId = await tape.beginRun(RUN);
  queue.resultSink(runId).addAll([{ ...rawResult(0), answer: realAnswer() }]);
  await queue.flush();
  await tape.endRun(runId, RUN_END);
  queue.close();
  await tape.close();

  const reader = openTape(path);
  const [exchange] = [...reader.exchanges()];
  const [measured] = [...reader.results(runId)];
  assert.deepEqual([exchange?.model, exchange?.stream, exchange?.maxTokens], ['tiny', true, 6]);
  for (const read of [exchange, measured?.result]) {
    assert.deepEqual(
      [read?.outcome, read?.promptTokens, read?.completionTokens, read?.tokenSource],
      ['ok', 7, 6, 'usage'],
    );
  }
  reader.close();
});
