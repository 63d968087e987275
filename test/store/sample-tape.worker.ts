import { zstdCompressSync } from 'node:zlib';
import { serveTapeThread } from '../../src/store/writing/serve-tape-thread.ts';
import { answerFigures, REQUEST } from '../helpers/sample-records.ts';

/** A tape's thread with the simplest readings; a request body `die` ends the thread. */
serveTapeThread(() => ({
  exchange: {
    read(_start, end) {
      const body = Buffer.from(end.requestBody ?? []).toString();
      if (body === 'die') process.exit(7);
      const kept = body === 'unwanted' ? null : end;
      return {
        request: REQUEST,
        answer: answerFigures(end.answer),
        isRequest: true,
        kept,
        traceparent: null,
      };
    },
  },
  result: { answer: (_path, raw) => answerFigures(raw) },
  compress: zstdCompressSync,
}));
