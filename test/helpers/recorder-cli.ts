import assert from 'node:assert/strict';
import { type CliEnd, type RunningCli, startCli } from './run-cli.ts';

/** `reprise record` as a child process. */
export interface RecorderCli {
  readonly path: string;
  readonly recorder: RunningCli;
  /** Where clients go. */
  readonly url: URL;
  readonly chat: URL;
  /** Ctrl-C; asserts the end: in order and complete, unless another exit code is given. */
  stop(code?: number): Promise<CliEnd>;
}

/** A recorder that does not end is killed; those of chaos may run for longer than other commands of tests, ms. */
const WITHIN_MS = 300_000;

/** Records `upstream` to `path` on a free port, with more options. */
export async function recorderCli(
  upstream: URL,
  path: string,
  ...options: readonly string[]
): Promise<RecorderCli> {
  const args = ['record', '--upstream', upstream.href, '--listen', '127.0.0.1:0', '--out', path];
  const recorder = startCli([...args, ...options], { withinMs: WITHIN_MS });
  const url = new URL(await recorder.says(/send clients to (\S+),/));
  return {
    path,
    recorder,
    url,
    chat: new URL('/v1/chat/completions', url),
    async stop(code = 0) {
      recorder.interrupt();
      const end = await recorder.ended;
      assert.deepEqual([end.code, end.stdout], [code, ''], end.stderr);
      return end;
    },
  };
}
