import { readAnswer } from '../chat/read-answer.ts';
import { readRequest } from '../chat/read-request.ts';
import { serveTapeThread } from '../store/serve-tape-thread.ts';

/** The tape's thread: the one place where bytes are parsed, compressed and written while traffic runs. */
serveTapeThread({
  exchange: { request: readRequest, answer: readAnswer },
  result: { answer: readAnswer },
});
