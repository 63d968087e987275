import { Command, CommanderError } from 'commander';
import { EXIT, UserError } from '../model/user-error.ts';
import { say } from './terminal/terminal.ts';
import { toolVersion } from './tool-version.ts';

/** A command's own module: it adds itself, its options and its examples to the program. */
interface CommandModule {
  register(program: Command): void;
}

/** Every command with what it does; its module is loaded only when it is the one that was asked for. */
const COMMANDS: Readonly<Record<string, { readonly summary: string; load(): Promise<CommandModule> }>> = {
  record: {
    summary: 'stand between clients and a vLLM server and write what passes to a tape',
    load: () => import('./record/record-command.ts'),
  },
  inspect: { summary: 'say what is on a tape', load: () => import('./report/inspect-command.ts') },
  replay: {
    summary: 'send a tape again at any concurrency and measure',
    load: () => import('./replay/replay-command.ts'),
  },
  ab: {
    summary:
      'run two servers in turn over the same requests and say whether the candidate is slower, and how sure',
    load: () => import('./compare/ab-command.ts'),
  },
  aa: {
    summary: 'compare a server with itself: how much noise there is, and what can be seen through it',
    load: () => import('./compare/aa-command.ts'),
  },
  budget: {
    summary: 'say how many pairs, and how long, it takes to see a change, from the noise of a pilot',
    load: () => import('./compare/budget-command.ts'),
  },
  compare: {
    summary: 'say whether one set of runs is faster or slower than another, and how sure that is',
    load: () => import('./compare/compare-command.ts'),
  },
  report: {
    summary: "write what runs show: tables, plots, findings, advice; or wrk's block, JSON, CSV",
    load: () => import('./report/report-command.ts'),
  },
  demo: {
    summary: 'show the whole route on a simulated server',
    load: () => import('./simulate/demo-command.ts'),
  },
  simulate: {
    summary: 'serve a simulated vLLM, for trying and testing',
    load: () => import('./simulate/simulate-command.ts'),
  },
};

/** Runs the program with the arguments after its name and ends the process with its exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that closes its end (`| head`) is no fault; printData sees it in its own callback.
  process.stdout.on('error', () => undefined);
  process.exit(await run(argv));
}

/** Runs the program and gives its exit code; what it has to say stands on stdout and stderr. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    const [first, second] = argv.filter((word) => !word.startsWith('-'));
    const program = await buildProgram(first === 'help' ? second : first);
    if (argv.length === 0) {
      program.outputHelp({ error: true });
      return EXIT.usage;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT.ok;
  } catch (error) {
    return failure(error);
  }
}

async function buildProgram(asked: string | undefined): Promise<Command> {
  const program = new Command('reprise')
    .description(
      'Records the chat completions that a vLLM server really serves, plays them again at any concurrency, ' +
        'and says whether a change made the server faster or slower, and how sure that is.',
    )
    .version(toolVersion())
    .addHelpText('after', '\nTry it without a GPU: reprise demo');
  const module = asked === undefined ? undefined : await COMMANDS[asked]?.load();
  for (const [name, { summary }] of Object.entries(COMMANDS)) {
    if (module !== undefined && name === asked) module.register(program);
    else program.command(name).description(summary).allowUnknownOption();
  }
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
    command.configureHelp({ showGlobalOptions: false });
  }
  // Help that is not an error goes to stdout; the one for an empty command line is talk.
  program.configureOutput({ writeErr: (text) => process.stderr.write(text) });
  program.configureOutput({ outputError: () => undefined });
  return program;
}

/** Says what went wrong and gives the exit code: one sentence for the user's mistakes, the stack for our own. */
function failure(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    say(`${sentence(error.message)}: see reprise --help and reprise COMMAND --help`);
  } else if (error instanceof UserError) say(error.message);
  else
    say(
      `internal error, please report it: ${error instanceof Error ? (error.stack ?? error.message) : error}`,
    );
  return EXIT.usage;
}

/** Commander's message on one line, without its own prefix. */
function sentence(message: string): string {
  return message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
}
