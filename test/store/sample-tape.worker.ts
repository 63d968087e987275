import { serveTapeThread } from '../../src/store/serve-tape-thread.ts';
import { answerFigures, REQUEST } from '../helpers/sample-records.ts';

/** A tape's thread with the simplest readings; a request body `die` ends the thread. */
serveTapeThread(() => ({
  exchange: {
    request(_path, _headers, body) {
      if (Buffer.from(body ?? []).toString() === 'die') process.exit(7);
      return REQUEST;
    },
    answer: (_path, raw) => answerFigures(raw),
    selection: (_path, _request, end) =>
      Buffer.from(end.requestBody ?? []).toString() === 'unwanted' ? 'sampled_out' : 'kept',
    strip: (end) => end,
  },
  result: { answer: (_path, raw) => answerFigures(raw) },
}));
