import { LuaFactory } from 'wasmoon';

/**
 * Lua 5.4 in WebAssembly by its own C functions. wasmoon's wrappers turn every string into UTF-16 and end it at a NUL;
 * here strings are bytes, and a call costs one microsecond instead of six.
 */

/** Bytes that Lua gives or takes; a `string` has one byte a character (latin1). */
export type LuaBytes = string | Uint8Array;

/** A function of ours that Lua calls with strings; it must not throw. Null is nil. */
export type HostFunction = (...args: readonly Buffer[]) => LuaBytes | null;

/** The outcome of a call: its results as strings, or the words of the error. */
export type LuaResult =
  | { readonly ok: true; readonly values: readonly (Buffer | null)[] }
  | { readonly ok: false; readonly error: string };

/** One Lua state with its standard libraries. */
export interface LuaState {
  register(name: string, host: HostFunction): void;
  /** Compiles and runs a chunk. @param name as `debug.getinfo` gives it, such as `@folder/script.lua` */
  run(source: LuaBytes, name: string): LuaResult;
  /** Calls a global function. */
  call(name: string, ...args: readonly LuaBytes[]): LuaResult;
}

/** What is used of the module that emscripten makes, beyond its types. */
interface RawLua {
  HEAPU8: Uint8Array;
  HEAPU32: Uint32Array;
  readonly FS: {
    mkdir(path: string): void;
    writeFile(path: string, bytes: Uint8Array): void;
    chdir(path: string): void;
  };
  addFunction(host: (state: number) => number, signature: string): number;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _luaL_newstate(): number;
  _luaL_openlibs(state: number): void;
  _luaL_loadbufferx(state: number, source: number, bytes: number, name: number, mode: number): number;
  _lua_pcallk(
    state: number,
    args: number,
    results: number,
    handler: number,
    context: number,
    k: number,
  ): number;
  _lua_getglobal(state: number, name: number): number;
  _lua_setglobal(state: number, name: number): void;
  _lua_gettop(state: number): number;
  _lua_settop(state: number, index: number): void;
  _lua_type(state: number, index: number): number;
  _lua_tolstring(state: number, index: number, length: number): number;
  _lua_pushlstring(state: number, bytes: number, length: number): number;
  _lua_pushnil(state: number): void;
  _lua_pushcclosure(state: number, pointer: number, upvalues: number): void;
}

const ALL_RESULTS = -1;
const NIL = 0;

/**
 * The files that Lua sees, all in memory, and the states.
 * Loads Lua into this thread, which must be one that runs nothing else: the bound on memory holds for all of its WebAssembly.
 * @param maxBytes of all states together; beyond it Lua says `not enough memory`
 */
export async function loadLua(maxBytes: number) {
  boundMemory(maxBytes);
  const lua = (await new LuaFactory().getLuaModule()).module as unknown as RawLua;
  const lengthAt = lua._malloc(8);
  const names = new Map<string, number>();
  const folders = new Set<string>(['/']);

  /** A C string that stays. */
  function nameAt(name: string): number {
    const known = names.get(name);
    if (known !== undefined) return known;
    const bytes = Buffer.from(`${name}\0`, 'latin1');
    const at = lua._malloc(bytes.length);
    lua.HEAPU8.set(bytes, at);
    names.set(name, at);
    return at;
  }

  function withCopy<T>(given: LuaBytes, use: (at: number, length: number) => T): T {
    const bytes = typeof given === 'string' ? Buffer.from(given, 'latin1') : given;
    const at = lua._malloc(bytes.length + 1);
    lua.HEAPU8.set(bytes, at);
    try {
      return use(at, bytes.length);
    } finally {
      lua._free(at);
    }
  }

  function push(state: number, value: LuaBytes | null): void {
    if (value === null) lua._lua_pushnil(state);
    else withCopy(value, (at, length) => lua._lua_pushlstring(state, at, length));
  }

  function bytesAt(state: number, index: number): Buffer | null {
    if (lua._lua_type(state, index) === NIL) return null;
    const at = lua._lua_tolstring(state, index, lengthAt);
    return at === 0 ? null : Buffer.from(lua.HEAPU8.slice(at, at + (lua.HEAPU32[lengthAt >> 2] ?? 0)));
  }

  function makeFolder(path: string): void {
    if (path === '' || folders.has(path)) return;
    makeFolder(path.slice(0, path.lastIndexOf('/')));
    folders.add(path);
    try {
      lua.FS.mkdir(path);
    } catch {
      // It is one of those that emscripten has from the start.
    }
  }

  /** Calls what lies on the stack below its arguments. */
  function callStack(state: number, base: number, args: number): LuaResult {
    const failed = lua._lua_pcallk(state, args, ALL_RESULTS, 0, 0, 0) !== 0;
    const values: (Buffer | null)[] = [];
    for (let i = base + 1; i <= lua._lua_gettop(state); i++) values.push(bytesAt(state, i));
    lua._lua_settop(state, base);
    return failed ? { ok: false, error: values[0]?.toString('latin1') ?? '?' } : { ok: true, values };
  }

  return {
    createState(): LuaState {
      const state = lua._luaL_newstate();
      lua._luaL_openlibs(state);
      return {
        register(name, host) {
          const pointer = lua.addFunction((caller) => {
            const args: Buffer[] = [];
            for (let i = 1; i <= lua._lua_gettop(caller); i++)
              args.push(bytesAt(caller, i) ?? Buffer.alloc(0));
            push(caller, host(...args));
            return 1;
          }, 'ii');
          lua._lua_pushcclosure(state, pointer, 0);
          lua._lua_setglobal(state, nameAt(name));
        },
        run(source, name) {
          const base = lua._lua_gettop(state);
          const code = withCopy(source, (at, length) =>
            lua._luaL_loadbufferx(state, at, length, nameAt(name), nameAt('t')),
          );
          if (code === 0) return callStack(state, base, 0);
          const error = bytesAt(state, -1)?.toString('latin1') ?? '?';
          lua._lua_settop(state, base);
          return { ok: false, error };
        },
        call(name, ...args) {
          const base = lua._lua_gettop(state);
          lua._lua_getglobal(state, nameAt(name));
          for (const arg of args) push(state, arg);
          return callStack(state, base, args.length);
        },
      };
    },
    /** Writes a file, and makes the folders above it. */
    writeFile(path: string, bytes: Uint8Array): void {
      makeFolder(path.slice(0, path.lastIndexOf('/')));
      lua.FS.writeFile(path, bytes);
    },
    makeFolder,
    changeFolder(path: string): void {
      makeFolder(path);
      lua.FS.chdir(path);
    },
  };
}

export type LuaMachine = Awaited<ReturnType<typeof loadLua>>;

const PAGE_BYTES = 65_536;

/** The part of JavaScript's WebAssembly that Node's types lack. */
interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(this: WasmMemory, pages: number): number;
}
interface Wasm {
  readonly Memory: { readonly prototype: WasmMemory };
}

/** Emscripten takes a failure to grow for `malloc` having no memory left, which Lua can handle. It also prints it. */
function boundMemory(maxBytes: number): void {
  const { prototype } = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly.Memory;
  const grow = prototype.grow;
  prototype.grow = function (this: WasmMemory, pages: number): number {
    if (this.buffer.byteLength + pages * PAGE_BYTES > maxBytes) throw new RangeError('out of memory');
    return grow.call(this, pages);
  };
  console.error = () => undefined;
}
