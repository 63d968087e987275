import { parentPort } from 'node:worker_threads';
import { openRemote } from '../../model/remote.ts';
import { loadLua } from './lua-machine.ts';
import { createScriptHost } from './script-host.ts';
import type { ScriptEvents, ScriptMethods } from './script-protocol.ts';
import { createScriptStates } from './script-states.ts';

/** The thread that runs a script's Lua, and nothing else. */

/** Of all states together. */
const MAX_LUA_BYTES = 512 * 1024 ** 2;

if (parentPort === null) throw new Error('a script runs in a worker thread only');
const lua = await loadLua(MAX_LUA_BYTES);
const events: ScriptEvents = {
  printed: (stream, text) => owner.notify('printed', stream, text),
  exited: (code) => owner.notify('exited', code),
  wrote: (path) => owner.notify('wrote', path),
};
const methods: ScriptMethods = createScriptStates(lua, (spec) => createScriptHost(lua, spec, events), events);
const owner = openRemote<ScriptEvents>(parentPort, methods, 'the thread that opened the script');
