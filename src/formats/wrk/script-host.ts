import { realpathSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { Worker } from 'node:worker_threads';
import { readSmallFile } from '../reading/small-file.ts';
import type { LuaBytes, LuaMachine } from './lua-machine.ts';
import type { ScriptEvents, ScriptSpec } from './script-protocol.ts';

/** What a script may ask of the machine: to read files in its folder and the current one, the clock, the environment, names. */
export interface ScriptHost {
  /** By their names in Lua. */
  readonly functions: Readonly<Record<string, (...args: readonly string[]) => LuaBytes | null>>;
  /** What to do about an error that tells of something that was refused; null for any other. */
  remedyOf(error: string): string | null;
}

/** Of a file that a script reads, bytes: it is copied to the memory of Lua. */
const MOST_FILE_BYTES = 512 * 1024 * 1024;

/** Begins the answer to a read that found its file. */
const FOUND = new TextEncoder().encode('1');

const OUTSIDE = 'outside of the folders of the script and the current folder';

export function createScriptHost(lua: LuaMachine, spec: ScriptSpec, events: ScriptEvents): ScriptHost {
  const { folder, environment, script } = spec;
  const folders = [folder, ...(script === null ? [] : [resolve(folder, dirname(script.file))])].map(real);
  const mounted = new Set<string>();
  const remedies = new Map<string, string>();
  lua.changeFolder(folder);

  /** The bytes of a file, or why it cannot be read. */
  function read(path: string): Buffer | string {
    const place = real(resolve(folder, path));
    if (!folders.some((allowed) => place.startsWith(allowed.endsWith(sep) ? allowed : allowed + sep))) {
      remedies.set(OUTSIDE, `copy ${path} beside the script`);
      return OUTSIDE;
    }
    const bytes = readSmallFile(place, { most: MOST_FILE_BYTES });
    if (typeof bytes !== 'string') return bytes;
    return bytes === 'directory' ? 'Is a directory' : 'No such file or directory';
  }

  function refused(what: string): string {
    const words = `${what} is not available to scripts of reprise wrk`;
    remedies.set(words, 'run this script with wrk itself');
    return words;
  }

  return {
    functions: {
      __read(path = '') {
        const bytes = read(path);
        return typeof bytes === 'string' ? `0${bytes}` : Buffer.concat([FOUND, bytes]);
      },
      __mount(path = '') {
        const place = resolve(folder, path);
        if (mounted.has(place)) return null;
        const bytes = read(path);
        if (typeof bytes !== 'string') {
          mounted.add(place);
          lua.writeFile(place, bytes);
        } else if (bytes === OUTSIDE) return bytes;
        else lua.makeFolder(dirname(place));
        return null;
      },
      __written(path = '') {
        mounted.add(resolve(folder, path));
        events.wrote(path);
        return null;
      },
      __getenv: (name = '') => (environment[name] === undefined ? null : Buffer.from(environment[name])),
      __clock: () => String(process.cpuUsage().user / 1e6),
      __offset: (seconds = '0') => String(-new Date(Number(seconds) * 1e3).getTimezoneOffset() * 60),
      __exit(code = '0') {
        events.exited(Number(code) & 0xff);
        return null;
      },
      __refuse: refused,
      __lookup: (host = '', service = '') => onOtherThread(LOOKUP, [host, service]),
      __connect: (address = '') => (onOtherThread(CONNECT, [address]) === '' ? null : '1'),
    },
    remedyOf: (error) => [...remedies].find(([words]) => error.includes(words))?.[1] ?? null,
  };
}

/** The path without links, as far as it exists. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(real(above), path.slice(above.length));
  }
}

const MOST_BYTES = 65_536;
const WAIT_MS = 10_000;

const LOOKUP = `
const PORTS = { http: 80, https: 443 };
require('node:dns').lookup(host, { all: true }, (error, found) => answer(error ? '' : found.map(({ address, family }) =>
  (family === 6 ? '[' + address + ']' : address) + ':' + (PORTS[service] ?? service)).join(' ')));`;

const CONNECT = `
const url = new URL('tcp://' + host);
const socket = require('node:net').connect(Number(url.port), url.hostname.replace(/[\\[\\]]/g, ''));
socket.on('connect', () => { socket.destroy(); answer('1'); }).on('error', () => answer(''));`;

/** Lua waits for its host, names and sockets do not: another thread does it, and this one sleeps. */
function onOtherThread(code: string, [host = '', service = '']: readonly string[]): string {
  const shared = new SharedArrayBuffer(8 + MOST_BYTES);
  const state = new Int32Array(shared, 0, 2);
  const source = `
const { workerData: { shared, host, service } } = require('node:worker_threads');
function answer(text) {
  const bytes = Buffer.from(text);
  new Uint8Array(shared, 8).set(bytes);
  const state = new Int32Array(shared, 0, 2);
  state[1] = bytes.length;
  Atomics.store(state, 0, 1);
  Atomics.notify(state, 0);
}
${code}`;
  const worker = new Worker(source, { eval: true, workerData: { shared, host, service } });
  Atomics.wait(state, 0, 0, WAIT_MS);
  void worker.terminate();
  return Buffer.from(new Uint8Array(shared, 8, state[1])).toString('utf8');
}
