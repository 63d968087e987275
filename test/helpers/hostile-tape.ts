import type { InvalidReason } from '../../src/model/note.ts';
import { openTapeWriter } from '../../src/store/tape-writer.ts';
import {
  answerFigures,
  CAPTURE,
  exchangeEnd,
  exchangeStart,
  REQUEST,
  RUN,
  RUN_END,
  rawResult,
} from './sample-records.ts';

/** What somebody could put into a model's name, a prompt, a label or a server's answer. */
export const EVIL = `"><script>document.title='taken'</script><img src=x onerror="alert(1)">'\`|{0};\u202e\x1b]0;taken\x07\x1b[31m\x1b[2J\n# [x](javascript:alert(1))`;

/** Writes a tape on which every string is hostile. */
export function writeHostileTape(path: string): void {
  const tape = openTapeWriter(path, 'create');
  const capture = tape.beginCapture({ ...CAPTURE, upstream: EVIL });
  for (const number of [1, 2]) {
    tape.startExchange(capture, { ...exchangeStart(number), path: `/v1/chat/completions${EVIL}` });
    const end = exchangeEnd(
      number,
      number * 1_000,
      JSON.stringify({ model: EVIL, messages: [{ role: EVIL, content: EVIL }] }),
    );
    const figures = answerFigures(end.answer, number === 2 ? { outcome: 'stream_error', error: EVIL } : {});
    tape.endExchange(capture, end, { ...REQUEST, model: EVIL, sessionKey: EVIL }, figures);
  }
  tape.endCapture(capture, CAPTURE.startedAtMs + 1_000, {});
  for (const [i, connections] of [2, 4, 8].entries()) {
    const run = tape.beginRun({
      ...RUN,
      label: EVIL,
      target: `http://${EVIL}`,
      toolVersion: EVIL,
      cell: { threads: 2, connections },
      settings: {
        ...RUN.settings,
        skipped: [EVIL, { kind: 'bodyTruncated', requests: EVIL }, null] as never,
        changes: [
          { kind: 'fieldRemoved', field: EVIL, requests: 1 },
          { kind: 'lengthNotPinned', why: EVIL, requests: 1 },
        ] as never,
        cacheRefusal: { kind: 'noAnswer', error: EVIL },
        client: EVIL,
        commandLine: i === 2 ? [] : ['replay', EVIL, '--label', EVIL],
      },
    });
    for (let seq = 0; seq < 20; seq++) {
      const raw = rawResult(seq);
      tape.addResult(
        run,
        raw,
        answerFigures(raw.answer, seq === 3 ? { outcome: 'http_error', error: EVIL } : {}),
      );
    }
    tape.endRun(run, {
      ...RUN_END,
      invalidReasons:
        i === 0 ? [EVIL as unknown as InvalidReason, { kind: EVIL } as unknown as InvalidReason] : [],
    });
    const models = JSON.stringify({ data: [{ id: EVIL, max_model_len: 1 }] });
    for (const [kind, body] of [
      ['version', JSON.stringify({ version: EVIL })],
      ['models', models],
      ['command', `${EVIL}\nGPU 0: ${EVIL} (UUID: 1)`],
    ] as const) {
      tape.addServerState({ runId: run }, { edge: 'start', kind, takenAtMs: 0, status: 200, body });
    }
  }
  tape.close();
}
