import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { constants, hostname, setPriority } from 'node:os';
import { type CommandResult, defineCommand } from '../command.ts';
import { keepHeapsSmall } from '../heap-size.ts';
import { type ListenAddress, listenAddress, text } from '../option-values.ts';
import { flag, value } from '../options.ts';
import { FOLDER } from '../tape-file.ts';
import { createLog, listenForStop, say } from '../terminal/terminal.ts';

/** `reprise serve` */
export const command = defineCommand({
  description:
    'Serves web pages over tapes: all tapes and runs in one list, traffic, reports, comparisons, single requests, and what ' +
    'is running now. It reads tapes and changes nothing; it needs no network and no account.',
  arguments: [['[folder-or-tape...]', `folders of tapes, or tapes (default: ${FOLDER})`]],
  options: {
    listen: value(
      '--listen <address>',
      'address to listen on, as HOST:PORT',
      listenAddress,
      '127.0.0.1:7070',
    ),
    token: value(
      '--token <text>',
      'require this token; an address other than loopback always requires one, which is printed if you give none',
      text,
    ),
    showBodies: flag('--show-bodies', 'show what people wrote and what they were answered'),
    open: flag('--open', 'open the page in a browser'),
  },
  examples: [
    'serve',
    'serve recordings /data/tapes --open',
    'serve recordings/demo.sqlite --show-bodies',
    'serve --listen 0.0.0.0:7070 --token "$(openssl rand -hex 16)"',
  ],
  prepare({ arguments: given, values: { listen, token, showBodies, open } }) {
    const settings: ServeSettings = {
      given: given.length === 0 ? [FOLDER] : given,
      listen,
      token: token ?? (isLoopback(listen) ? null : randomBytes(16).toString('hex')),
      isMade: token === null,
      showBodies,
      open,
    };
    return () => serve(settings);
  },
});

interface ServeSettings {
  readonly given: readonly string[];
  readonly listen: ListenAddress;
  /** Null where none is asked for. */
  readonly token: string | null;
  /** The token was not given but made. */
  readonly isMade: boolean;
  readonly showBodies: boolean;
  readonly open: boolean;
}

function isLoopback({ host }: ListenAddress): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Serves until Ctrl-C, which ends it at once: nothing is written, so nothing is lost. */
async function serve({
  given,
  listen,
  token,
  isMade,
  showBodies,
  open,
}: ServeSettings): Promise<CommandResult> {
  const log = createLog(false);
  const stop = listenForStop(() => undefined);
  // Loaded only now, so that help and mistakes are answered at once.
  const { checkGiven } = await import('./find-tapes.ts');
  const { openShelf } = await import('./open-shelf.ts');
  checkGiven(given);
  // Pages are made of much that is soon forgotten.
  keepHeapsSmall();
  giveWay();
  const onDefect = (error: unknown): void =>
    say(`internal error, a defect of reprise: ${(error as Error).stack ?? String(error)}`);
  const shelf = openShelf({ given, showsBodies: showBodies, onDefect });
  try {
    const { startWebServer } = await import('../../serve/start-web-server.ts');
    const server = await startWebServer({
      ...listen,
      hostname: hostname(),
      token,
      shelf,
      onDefect,
    });
    const url = new URL(server.url);
    if (token !== null && isMade) url.searchParams.set('token', token);
    log.info(`${given.join(' ')} can be looked at on ${url.href}, Ctrl-C stops`);
    if (open) openBrowser(url.href);
    if (!stop.signal.aborted) await once(stop.signal, 'abort');
    await server.close();
  } finally {
    await shelf.close();
  }
  return {};
}

/**
 * What is watched goes first, also on a machine with one core. On Linux a priority is a thread's own: those of V8, which
 * collect garbage and compile for all others, are there already and keep theirs unless they are named.
 */
function giveWay(): void {
  const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority;
  if (process.platform === 'linux')
    for (const thread of readdirSync('/proc/self/task')) setPriority(Number(thread), PRIORITY_LOW);
  setPriority(PRIORITY_BELOW_NORMAL);
}

/** The system's own way to open an address; where there is none, the address was printed. */
function openBrowser(url: string): void {
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const child = spawn(program, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => say(`there is no ${program} on this machine: open ${url} yourself`));
  child.unref();
}
