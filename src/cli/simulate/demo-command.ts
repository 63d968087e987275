import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { EXIT, UserError } from '../../model/user-error.ts';
import { type CommandResult, defineCommand } from '../command.ts';
import { text } from '../option-values.ts';
import { flag, value } from '../options.ts';
import { removeTape } from '../tape-file.ts';
import { listenForStop, say } from '../terminal/terminal.ts';
import { type DemoConversation, demoConversations } from './demo-traffic.ts';

const DEFAULT_TAPE = 'recordings/demo.sqlite';

/** How the demo loads the server: the benchmark's matrix, or a small one. */
const MATRICES = {
  full: ['--matrix', '10x20,10x100,100x100,100x200', '--duration', '600ms', '--repeat', '3'],
  quick: ['--matrix', '2x4,2x8', '--requests', '24', '--repeat', '3'],
} as const;

/** `--max-num-seqs` of the changed server: half of the profile's 256, so that 200 connections queue and 100 do not. */
const FEWER_SLOTS = { full: '128', quick: '4' } as const;

/** How much faster than the card of the profile the simulated server is. */
const TIME_SCALE = '20';

/** From the beginning of one recorded conversation to that of the next, ms. */
const CONVERSATION_EVERY_MS = 50;

type Size = keyof typeof MATRICES;

/** `reprise demo` */
export const command = defineCommand({
  description:
    'Records, replays, changes and compares on a simulated server, in half a minute. Each step is a command that you ' +
    'could type.',
  arguments: [],
  options: {
    quick: flag('--quick', 'smaller loads, about 15 seconds'),
    out: value('--out <tape>', `tape (default: ${DEFAULT_TAPE}, overwritten)`, text),
  },
  examples: ['demo', 'demo --quick --out /tmp/try.sqlite'],
  prepare({ values: { quick, out } }) {
    return () => demo(quick ? 'quick' : 'full', out);
  },
});

/** @param out the tape; null for the default one, which is overwritten */
async function demo(size: Size, out: string | null): Promise<CommandResult> {
  const stop = listenForStop(say);
  const tape = out ?? DEFAULT_TAPE;
  if (out === null) removeTape(tape);
  stop.signal.addEventListener('abort', killCommands);
  try {
    await recordTraffic(tape);
    await replayAs('before', tape, size, []);
    await replayAs('after', tape, size, ['--max-num-seqs', FEWER_SLOTS[size]]);
    await step(
      'compare the two',
      ['compare', tape, 'before', 'after'],
      [EXIT.ok, EXIT.regression, EXIT.inconclusive, EXIT.invalid],
    );
    return { data: ownServer(tape) };
  } catch (error) {
    // Children that were ended by Ctrl-C fail in many ways, none of which matters.
    if (!stop.signal.aborted) throw error;
    return { exitCode: EXIT.interrupted };
  } finally {
    killCommands();
  }
}

async function recordTraffic(tape: string): Promise<void> {
  const simulator = await serve('start a simulated vLLM', simulate([]));
  const recorder = await serve('put the recorder in front of it', [
    'record',
    '--upstream',
    simulator.url,
    '--listen',
    '127.0.0.1:0',
    '--out',
    tape,
  ]);
  say('sending it real HTTP traffic');
  await Promise.all(
    demoConversations().map(async (conversation, i) => {
      await new Promise((resolve) => setTimeout(resolve, i * CONVERSATION_EVERY_MS));
      await converse(new URL(conversation.path, recorder.url), conversation);
    }),
  );
  await recorder.stop();
  await simulator.stop();
  await step('look at the tape', ['inspect', tape], [EXIT.ok]);
}

async function replayAs(label: string, tape: string, size: Size, change: readonly string[]): Promise<void> {
  const why = change.length === 0 ? 'start the server' : 'change one thing: halve --max-num-seqs';
  const simulator = await serve(why, simulate(change));
  await step(
    `replay the tape, labelled ${label}`,
    ['replay', tape, '--target', simulator.url, '--label', label, ...MATRICES[size]],
    [EXIT.ok],
  );
  await simulator.stop();
}

function simulate(change: readonly string[]): readonly string[] {
  return ['simulate', '--listen', '127.0.0.1:0', '--time-scale', TIME_SCALE, ...change];
}

function serve(why: string, args: readonly string[]): ReturnType<typeof serveCommand> {
  announce(why, args);
  return serveCommand(args);
}

async function step(why: string, args: readonly string[], expected: readonly number[]): Promise<void> {
  announce(why, args);
  const code = await runCommand(args);
  if (!expected.includes(code))
    throw new UserError(`the demo stopped: reprise ${args[0]} ended with exit code ${code}`);
}

function announce(why: string, args: readonly string[]): void {
  process.stderr.write(`\n# ${why}\n$ reprise ${args.join(' ')}\n`);
}

/** Sends a conversation's requests one after another and reads every answer to its end. */
async function converse(url: URL, { session, bodies }: DemoConversation): Promise<void> {
  for (const body of bodies) {
    await new Promise<void>((resolve, reject) => {
      const headers = {
        'content-type': 'application/json',
        ...(session === null ? {} : { 'x-session-id': session }),
      };
      const call = request(url, { method: 'POST', headers }, (answer) => {
        answer.resume().on('end', resolve).on('error', reject);
      });
      call.on('error', reject);
      call.end(JSON.stringify(body));
    });
  }
}

function ownServer(tape: string): string {
  return `
Everything is on ${tape}; look at it with
  reprise report ${tape} --format html --out report.html
  reprise report ${tape} --format wrk
  sqlite3 ${tape} 'SELECT * FROM run_view'

The same against your own server:
  reprise record --upstream http://YOUR-VLLM:8000 --listen 0.0.0.0:8080 --out recordings/mine.sqlite
  # send your clients to port 8080 for a while, then Ctrl-C
  reprise replay recordings/mine.sqlite --target http://YOUR-VLLM:8000 --label before --repeat 3
  # change the server
  reprise replay recordings/mine.sqlite --target http://YOUR-VLLM:8000 --label after --repeat 3
  reprise compare recordings/mine.sqlite before after
`;
}

/** A command that serves until it is stopped. */
export interface ServingCommand {
  /** Where it says it listens. */
  readonly url: string;
  /** Ctrl-C, then waits for its end. */
  stop(): Promise<void>;
}

const children = new Set<ChildProcess>();

/** Runs a command to its end, its output going where ours goes; gives its exit code. */
export async function runCommand(args: readonly string[]): Promise<number> {
  const child = start(args, 'inherit');
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

/**
 * Starts a command that serves and waits until its log has the address.
 * @throws UserError with its last message when it ends instead
 */
export async function serveCommand(args: readonly string[]): Promise<ServingCommand> {
  const child = start([...args, '--log', 'json'], 'pipe');
  const lines = createInterface({ input: child.stderr ?? process.stdin });
  let last = '';
  for await (const line of lines) {
    last = line;
    const url = listenAddressOf(line);
    if (url === null) continue;
    child.stderr?.resume();
    return {
      url,
      async stop() {
        const ended = once(child, 'exit');
        child.kill('SIGINT');
        await ended;
      },
    };
  }
  throw new UserError(`reprise ${args.join(' ')} ended: ${last}`, { kind: 'command' });
}

/** The address in a log entry; null in other entries and in other lines, such as errors. */
function listenAddressOf(line: string): string | null {
  if (!line.startsWith('{')) return null;
  const { listen } = JSON.parse(line) as { readonly listen?: unknown };
  return typeof listen === 'string' ? listen : null;
}

/** Ends every child at once, for when the parent itself has to go. */
export function killCommands(): void {
  for (const child of children) child.kill('SIGKILL');
}

function start(args: readonly string[], stderr: 'inherit' | 'pipe'): ChildProcess {
  const entry = process.argv[1] ?? '';
  // A separate process group: Ctrl-C reaches the parent alone, which then ends its children in order.
  const child = spawn(process.execPath, [entry, ...args], {
    stdio: ['ignore', 'inherit', stderr],
    detached: true,
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}
