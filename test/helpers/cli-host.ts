import { run } from '../../src/cli/main.ts';
import { divertStderr } from '../../src/cli/terminal/stderr.ts';

/**
 * A child process that runs one command line after the other as it is sent them, and sends back how each ended: what a
 * command line takes to start is most of what a short one takes.
 */

const { stdout, stderr } = process;
const write = { stdout: stdout.write, stderr: stderr.write };

/** Gathers what is written instead of writing it. */
function gather(stream: NodeJS.WriteStream): () => string {
  let text = '';
  stream.write = (piece: string | Uint8Array, ...more: unknown[]): boolean => {
    text += typeof piece === 'string' ? piece : Buffer.from(piece).toString();
    const done = more.find((one) => typeof one === 'function');
    if (done !== undefined) setImmediate(done as () => void);
    return true;
  };
  return () => text;
}

process.on('message', async (argv: readonly string[]) => {
  process.exitCode = undefined;
  process.argv = [...process.argv.slice(0, 2), ...argv];
  const [out, err] = [gather(stdout), gather(stderr)];
  divertStderr((bytes) => {
    stderr.write(bytes);
    return bytes.length;
  });
  const code = await run(argv);
  divertStderr(null);
  Object.assign(stdout, { write: write.stdout });
  Object.assign(stderr, { write: write.stderr });
  process.send?.({ code, stdout: out(), stderr: err() });
});
