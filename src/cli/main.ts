import { inspect } from 'node:util';
import { EXIT, UserError, usageError } from '../model/user-error.ts';
import { type Command, type CommandResult, commanderOf, prepareCommand } from './command.ts';
import { suggestion } from './near-names.ts';
import { toolVersion } from './provenance.ts';
import { commandLine, withoutSecrets } from './secrets.ts';
import { flushStderr, writeStderr } from './terminal/stderr.ts';
import { logError, printData, say } from './terminal/terminal.ts';

/** Every command with its summary; its module is loaded only when it is the one that was asked for. */
export const COMMANDS: Readonly<Record<string, { readonly summary: string; load(): Promise<Command> }>> = {
  record: {
    summary: 'record chat and text completions through a reverse proxy',
    load: async () => (await import('./record/record-command.ts')).command,
  },
  import: {
    summary: "make a tape from other tools' files: bodies, traces, logs, wire recordings",
    load: async () => (await import('./import/import-command.ts')).command,
  },
  export: {
    summary: "write a tape's requests as a file of another tool: bodies, traces, HAR",
    load: async () => (await import('./export/export-command.ts')).command,
  },
  merge: {
    summary: 'merge tapes into one: captures, runs, parts of a replay in shards',
    load: async () => (await import('./merge/merge-command.ts')).command,
  },
  inspect: {
    summary: 'summarize the recorded traffic and the runs on a tape',
    load: async () => (await import('./report/inspect-command.ts')).command,
  },
  replay: {
    summary: 'replay a tape and store the results on it',
    load: async () => (await import('./replay/replay-command.ts')).command,
  },
  wrk: {
    summary: "run wrk's command line and Lua script, with its block of figures and more",
    load: async () => (await import('./wrk/wrk-command.ts')).command,
  },
  ab: {
    summary: 'compare two servers, or two settings of one, in alternating runs',
    load: async () => (await import('./compare/ab-command.ts')).ab,
  },
  aa: {
    summary: 'measure the noise of one server by comparing it with itself',
    load: async () => (await import('./compare/ab-command.ts')).aa,
  },
  peak: {
    summary: 'find the highest load that keeps latency limits',
    load: async () => (await import('./peak/peak-command.ts')).command,
  },
  budget: {
    summary: 'estimate pairs and time needed to detect a 2, 3, 5 or 10 % change',
    load: async () => (await import('./compare/budget-command.ts')).command,
  },
  compare: {
    summary: 'compare two sets of runs (labels or run IDs) and print a verdict',
    load: async () => (await import('./compare/compare-command.ts')).command,
  },
  report: {
    summary: 'write a report on runs or on recorded traffic',
    load: async () => (await import('./report/report-command.ts')).command,
  },
  serve: {
    summary: 'serve web pages over tapes: lists, reports, comparisons, live runs',
    load: async () => (await import('./serve/serve-command.ts')).command,
  },
  demo: {
    summary: 'record, replay, change and compare on a simulated server',
    load: async () => (await import('./simulate/demo-command.ts')).command,
  },
  simulate: {
    summary: 'serve a simulated vLLM for testing',
    load: async () => (await import('./simulate/simulate-command.ts')).command,
  },
};

/** What the program is for, in one line. */
export const PURPOSE = 'Record LLM traffic, replay it at any load, compare the results.';

/** Runs the program with the arguments after its name and ends the process with its exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that closes its end (`| head`) is no error; `printData` handles it in its own callback.
  process.stdout.on('error', () => undefined);
  const defect = (error: unknown): void => process.exit(reportFailure(error));
  process.on('exit', flushStderr);
  process.on('uncaughtException', defect);
  process.on('unhandledRejection', defect);
  process.exit(await run(argv));
}

/** Runs the program and gives its exit code. Everything that is printed on stdout, and every error, passes here. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    const { data = '', exitCode = EXIT.ok, failure } = await dispatch(argv);
    if (data !== '') await printData(data);
    return failure === undefined ? exitCode : reportFailure(failure, argv);
  } catch (error) {
    return reportFailure(error, argv);
  }
}

/** Finds what the arguments ask for and does it. */
async function dispatch(argv: readonly string[]): Promise<CommandResult> {
  const [first, ...rest] = argv;
  const beforeTerminator = rest.slice(0, rest.includes('--') ? rest.indexOf('--') : rest.length);
  const wantsHelp = beforeTerminator.some(isHelp);
  if (first === undefined) {
    writeStderr(programHelp());
    return { exitCode: EXIT.usage };
  }
  if (first === '--version' || first === '-V') {
    return { data: rest.includes('--json') ? await versionsJson() : `${toolVersion()}\n` };
  }
  if (first === 'completion' && !wantsHelp) return { data: await completion(rest) };
  if (isHelp(first) || first === 'help' || (first === 'completion' && wantsHelp)) {
    return {
      data:
        rest[0] === undefined || first === 'completion'
          ? programHelp()
          : helpOf(rest[0], await load(rest[0])),
    };
  }
  const command = await load(first);
  return wantsHelp
    ? { data: helpOf(first, command) }
    : prepareCommand(first, command, rest, process.env, Object.keys(COMMANDS))();
}

async function versionsJson(): Promise<string> {
  const [{ jsonText }, { MIGRATIONS }] = await Promise.all([
    import('../report/json.ts'),
    import('../store/migrations.ts'),
  ]);
  const { versions, platform, arch } = process;
  return jsonText({ version: toolVersion(), tape: MIGRATIONS.length, node: versions.node, platform, arch });
}

/** The completion script of a shell. @throws UserError for another shell */
async function completion([shell = '']: readonly string[]): Promise<string> {
  const { completionScript, SHELLS } = await import('./settings/completion.ts');
  const known = SHELLS.find((name) => name === shell);
  if (known === undefined) {
    const problem = shell === '' ? 'completion needs a shell' : `there is no completion for '${shell}'`;
    throw usageError(problem, `name one of ${SHELLS.join(', ')}`);
  }
  const entries = Object.entries(COMMANDS).map(
    async ([name, { summary, load }]) => [name, { summary, command: await load() }] as const,
  );
  return completionScript(known, Object.fromEntries(await Promise.all(entries)));
}

function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h';
}

async function load(name: string): Promise<Command> {
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry !== undefined) return entry.load();
  const what = name.startsWith('-') ? 'option' : 'command';
  const known = what === 'option' ? ['--help', '--version'] : Object.keys(COMMANDS);
  throw usageError(`unknown ${what} '${name}'${suggestion(name, known)}`, 'see reprise --help');
}

/** The help of a command, with its examples. */
function helpOf(name: string, command: Command): string {
  const examples = command.examples.map((example) => `  reprise ${example}\n`).join('');
  return `${commanderOf(`reprise ${name}`, command).helpInformation()}\nExamples:\n${examples}`;
}

function programHelp(): string {
  const width = Math.max(...Object.keys(COMMANDS).map(({ length }) => length));
  const lines = Object.entries(COMMANDS).map(
    ([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}\n`,
  );
  return `Usage: reprise COMMAND [OPTIONS]

${PURPOSE}

Commands:
${lines.join('')}
Options:
  -V, --version  print the version; with --json also those of Node, the tape and the JSON documents
  -h, --help     print this help, or with a command the help of the command

Shell completion: reprise completion bash, zsh or fish
Try it without a GPU: reprise demo
`;
}

/** Whether the command's log on stderr is JSON, so that its errors are JSON as well. */
function wantsJsonLog(argv: readonly string[]): boolean {
  return (
    argv.includes('--log=json') || argv.some((argument, i) => argument === 'json' && argv[i - 1] === '--log')
  );
}

const NO_FILES = 'this process may not open any more files: raise the limit with ulimit -n';
const NO_ROOM =
  'a disk is full: make room where the tape is to be, and in the folder for temporary files (TMPDIR)';

/** What the machine has no more of, by the code of the error, and what can be done. */
const LIMITS: Readonly<Record<string, string>> = {
  EMFILE: NO_FILES,
  ENFILE: NO_FILES,
  ENOSPC: NO_ROOM,
  EDQUOT: NO_ROOM,
  SQLITE_FULL: NO_ROOM,
};

function limitReached(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '', message }: NodeJS.ErrnoException = error;
  // Of an error of a worker, or of Node's module loader, only the message is left.
  return LIMITS[code] ?? (/\bE[MN]FILE\b|too many open files/.test(message) ? NO_FILES : undefined);
}

/** Reports an error and gives the exit code: a sentence for each mistake of the user, the stack for our own. */
function reportFailure(error: unknown, argv: readonly string[] = process.argv.slice(2)): number {
  if (error instanceof UserError) {
    const report = wantsJsonLog(argv) ? logError : ({ message }: UserError) => say(message);
    error.mistakes.forEach(report);
    return error.exitCode;
  }
  const limit = limitReached(error);
  if (limit !== undefined) {
    say(limit);
    return EXIT.usage;
  }
  const { version, platform, arch } = process;
  say(
    `internal error. This is a defect of reprise, not of its use; please report it with these lines:
  reprise ${toolVersion()}, Node ${version}, ${platform} ${arch}
  arguments: ${JSON.stringify(commandLine(argv))}
${withoutSecrets(inspect(error)).replace(/^/gm, '  ')}`,
  );
  return EXIT.defect;
}
