import { UserError } from '../../model/user-error.ts';
import { splitRequests, type TextRequest } from './http-text.ts';
import { JSON_PRELUDE } from './json-prelude.ts';
import type { LuaBytes, LuaMachine, LuaState } from './lua-machine.ts';
import { LUAJIT_PRELUDE } from './luajit-prelude.ts';
import { rewriteForLua54 } from './luajit-source.ts';
import type { ScriptHost } from './script-host.ts';
import type {
  OpenedScript,
  ScriptEvents,
  ScriptFunction,
  ScriptMethods,
  ScriptSpec,
  ScriptStats,
  ScriptSummary,
} from './script-protocol.ts';
import { createSequences } from './sequences.ts';
import { WRK_PRELUDE } from './wrk-prelude.ts';

/** Runs a script as wrk does (script.c of 4.2.0): one main state for `setup` and `done`, one for each thread. */
export function createScriptStates(
  lua: LuaMachine,
  hostOf: (spec: ScriptSpec) => ScriptHost,
  events: ScriptEvents,
): ScriptMethods {
  let opened: Opened | null = null;

  function script(): Opened {
    if (opened === null) throw new Error('the script was not opened');
    return opened;
  }

  return {
    open(spec) {
      opened = openStates(lua, spec, hostOf(spec), events);
      return opened.facts;
    },
    prepare(bounds) {
      const { spec, facts, next } = script();
      const { functions } = facts;
      if (functions.includes('response') || functions.includes('delay')) return null;
      const isDynamic = functions.includes('request');
      const startedMs = performance.now();
      const sequences = createSequences(spec.threads);
      for (let call = 0; call < (isDynamic ? bounds.calls : spec.threads); call++) {
        const { text, timed } = next(call % spec.threads);
        if (timed || script().stopped.size > 0) {
          // The calls that were made count: the states begin anew, and print nothing a second time.
          opened = openStates(lua, spec, hostOf(spec), { ...events, printed: () => undefined });
          return null;
        }
        sequences.add(call % spec.threads, text);
        const isFull = sequences.bytes > bounds.bytes || performance.now() - startedMs > bounds.ms;
        if (isFull && (call + 1) % spec.threads === 0) break;
      }
      return sequences.prepared();
    },
    delay: (thread) => Number(script().enter(thread, 'delay')[0]),
    next(thread) {
      const { stopped, next } = script();
      if (stopped.has(thread)) return null;
      return { requests: requestsOf(next(thread).text) };
    },
    response(thread, status, headers, body) {
      script().enter(thread, 'response', String(status), body, ...headers);
    },
    done(summary, latency, requests) {
      script().enterMain('done', summaryText(summary), statsText(latency), statsText(requests));
    },
  };
}

interface Opened {
  readonly spec: ScriptSpec;
  readonly facts: OpenedScript;
  /** Threads that the script has stopped. */
  readonly stopped: ReadonlySet<number>;
  next(thread: number): { readonly text: Buffer; readonly timed: boolean };
  enter(thread: number, name: string, ...args: readonly LuaBytes[]): readonly (Buffer | null)[];
  enterMain(name: string, ...args: readonly LuaBytes[]): readonly (Buffer | null)[];
}

function openStates(lua: LuaMachine, spec: ScriptSpec, host: ScriptHost, events: ScriptEvents): Opened {
  const { script, url, threads } = spec;
  const name = script?.file ?? 'wrk';
  const stopped = new Set<number>();
  const addresses: (string | null)[] = Array.from({ length: threads }, () => null);
  const states: LuaState[] = [];

  function enterState(state: LuaState, entry: string, args: readonly LuaBytes[]): readonly (Buffer | null)[] {
    const result = state.call(`__${entry}`, ...args);
    if (result.ok) return result.values;
    const [said = ''] = Buffer.from(result.error, 'latin1').toString('utf8').split('\n');
    const where = said.startsWith(`${name}:`) ? '' : `${name}: `;
    const what = entry === 'script' ? '' : `${entry}() fails: `;
    throw new UserError(`${where}${what}${said.replace(/:$/, '')}`, {
      remedy: host.remedyOf(said) ?? 'mend the script',
    });
  }

  function exchange(op: string, at: string, key: string, value: string): string {
    const index = Number(at);
    const state = states[index];
    switch (op) {
      case 'get':
        return state === undefined
          ? 'nil'
          : (enterState(state, 'get', [key])[0]?.toString('latin1') ?? 'nil');
      case 'set':
        if (state !== undefined) enterState(state, 'set', [key, value]);
        return '';
      case 'stop':
        stopped.add(index);
        return '';
      case 'address':
        return addresses[index] ?? '';
      default:
        addresses[index] = key;
        return '';
    }
  }

  function createState(): LuaState {
    const state = lua.createState();
    const latin1 = (args: readonly Buffer[]): string[] => args.map((arg) => arg.toString('latin1'));
    state.register('__rewrite', (text, chunk) => {
      const made = rewriteForLua54(text?.toString('latin1') ?? '', chunk?.toString('latin1') ?? '');
      return 'text' in made ? `1${made.text}` : `0${made.error}`;
    });
    state.register('__out', (stream, text) => {
      events.printed(stream?.toString() === '1' ? 'stdout' : 'stderr', text ?? Buffer.alloc(0));
      return null;
    });
    state.register('__exchange', (...args) => {
      const [op = '', index = '', key = '', value = ''] = latin1(args);
      return exchange(op, index, key, value);
    });
    for (const [given, answer] of Object.entries(host.functions)) {
      state.register(given, (...args) => answer(...args.map((arg) => arg.toString('utf8'))));
    }
    for (const prelude of [LUAJIT_PRELUDE, JSON_PRELUDE, WRK_PRELUDE]) {
      const loaded = state.run(prelude, '=reprise');
      if (!loaded.ok) throw new Error(loaded.error);
    }
    const { scheme, host: hostName, port, path } = url;
    enterState(state, 'configure', [scheme, hostName, port, utf8(path), ...spec.headers.map(utf8)]);
    if (script !== null) enterState(state, 'script', [script.source, utf8(script.file)]);
    return state;
  }

  const main = createState();
  const args = [url.text, ...spec.args].map(utf8);
  let functions: readonly ScriptFunction[] = [];
  for (let i = 0; i < threads; i++) {
    const state = createState();
    states.push(state);
    enterState(main, 'setup', [String(i)]);
    enterState(state, 'init', [String(i), ...args]);
    if (i > 0) continue;
    functions = functionsOf(enterState(state, 'functions', []));
    verify(requestOf(enterState(state, 'request', [])).text, name);
  }
  // `done` runs in the main state.
  const inMain = functionsOf(enterState(main, 'functions', []));
  return {
    spec,
    facts: {
      functions: [...functions.filter((one) => one !== 'done'), ...inMain.filter((one) => one === 'done')],
      addresses,
    },
    stopped,
    next: (thread) => requestOf(enterState(states[thread] ?? main, 'request', [])),
    enter: (thread, entry, ...given) => enterState(states[thread] ?? main, entry, given),
    enterMain: (entry, ...given) => enterState(main, entry, given),
  };
}

/** Text of the command line as the bytes that it had there. */
function utf8(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}

function functionsOf([names]: readonly (Buffer | null)[]): readonly ScriptFunction[] {
  return (names?.toString() ?? '').split(' ').filter((name) => name !== '') as ScriptFunction[];
}

function requestOf([text, timed]: readonly (Buffer | null)[]): {
  readonly text: Buffer;
  readonly timed: boolean;
} {
  return { text: text ?? Buffer.alloc(0), timed: timed?.toString() === 'timed' };
}

/** wrk asks the first thread once before anything is sent, and ends when that is no whole request. */
function verify(text: Buffer, name: string): void {
  const { incomplete } = splitRequests(text);
  if (incomplete === null) return;
  throw new UserError(
    `${name}: request() gives an incomplete request at ${incomplete.line}:${incomplete.column}`,
    {
      remedy: 'give the text that wrk.format() makes',
    },
  );
}

function requestsOf(text: Buffer): readonly TextRequest[] {
  return splitRequests(text).requests;
}

function summaryText({ duration, requests, bytes, errors }: ScriptSummary): string {
  const counted = Object.entries(errors).map(([name, n]) => `${name}=${n}`);
  return `{duration=${duration},requests=${requests},bytes=${bytes},errors={${counted.join(',')}}}`;
}

function statsText({ min, max, mean, stdev, count, values, times }: ScriptStats): string {
  return `{min=${min},max=${max},mean=${mean},stdev=${stdev},total=${count},values={${values.join(',')}},counts={${times.join(',')}}}`;
}
