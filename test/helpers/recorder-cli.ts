import assert from 'node:assert/strict';
import { type CliEnd, type RunningCli, startCli } from './run-cli.ts';

/** `reprise record` as a child process. */
export interface RecorderCli {
  readonly path: string;
  readonly recorder: RunningCli;
  /** Where clients go. */
  readonly url: URL;
  readonly chat: URL;
  /** Ctrl-C; asserts the clean end. */
  stop(): Promise<CliEnd>;
}

/** Records `upstream` to `path` on a free port, with more options. */
export async function recorderCli(
  upstream: URL,
  path: string,
  ...options: readonly string[]
): Promise<RecorderCli> {
  const args = ['record', '--upstream', upstream.href, '--listen', '127.0.0.1:0', '--out', path];
  const recorder = startCli([...args, ...options]);
  const url = new URL(await recorder.says(/send clients to (\S+),/));
  return {
    path,
    recorder,
    url,
    chat: new URL('/v1/chat/completions', url),
    async stop() {
      recorder.interrupt();
      const end = await recorder.ended;
      assert.deepEqual([end.code, end.stdout], [0, ''], end.stderr);
      return end;
    },
  };
}
