import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { OpenedScript, ScriptEvents, ScriptStats } from '../../../src/formats/wrk/script-protocol.ts';
import { type ScriptThread, startScript } from '../../../src/formats/wrk/script-thread.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

interface Ran {
  readonly script: ScriptThread;
  readonly opened: OpenedScript;
  readonly printed: readonly string[];
  readonly wrote: readonly string[];
}

/** Opens a script of two threads, and closes it when `use` is done. */
async function withScript(
  source: string,
  use: (ran: Ran) => Promise<void>,
  limits?: Parameters<typeof startScript>[2],
): Promise<void> {
  const printed: string[] = [];
  const wrote: string[] = [];
  const events: ScriptEvents = {
    printed: (stream, text) => printed.push(`${stream}: ${Buffer.from(text).toString()}`),
    exited: () => undefined,
    wrote: (path) => wrote.push(path),
  };
  const script = startScript('s.lua', events, limits);
  try {
    const opened = await script.open({
      script: { file: 's.lua', source: Buffer.from(source) },
      url: { text: 'http://[::1]:80/p?q=1#f', scheme: 'http', host: '::1', port: '80', path: '/p?q=1#f' },
      headers: ['X-Given', 'ü'],
      args: ['one', 'zwölf'],
      threads: 2,
      environment: { HOME: '/h' },
      folder,
    });
    await use({ script, opened, printed, wrote });
  } finally {
    await script.close();
  }
}

const BOUNDS = { calls: 8, bytes: 1e6, ms: 1e3 } as const;

test('a text that is made before init() has no Host, as in wrk', async () => {
  const source = 'print((wrk.format("POST", "/x", { X = 1 }, "b"):gsub("\\r\\n", "|")))';
  await withScript(source, async ({ printed }) => {
    assert.equal(printed[0]?.trim(), 'stdout: POST /x HTTP/1.1|Content-Length: 1|X: 1||b');
  });
});

test('what a script may not do is refused by name, in one line', async () => {
  for (const [source, expected] of [
    [
      'require("ffi")',
      'require("ffi") is not available to scripts of reprise wrk: run this script with wrk itself',
    ],
    [
      'os.execute("ls")',
      'os.execute is not available to scripts of reprise wrk: run this script with wrk itself',
    ],
    ['x = nil\ny = "a" .. "b" .. x .. "c"', 's.lua:2: attempt to concatenate a nil value: mend the script'],
    ['require("missing")', "s.lua:1: module 'missing' not found: mend the script"],
    ['pcall(require, "ffi") error("own")', 's.lua:1: own: mend the script'],
    ['x = = 1', "s.lua:1: <expression> expected near '=': mend the script"],
    ['x = 7 // 2', "s.lua:1: <expression> expected near '/': mend the script"],
    ['function request() error({}) end', 's.lua: request() fails: table: '],
    ['function request() return "GET / HTTP" end', 's.lua: request() gives an incomplete request at 1:11'],
    [
      'function setup(thread) thread:set("f", print) end',
      "s.lua: setup() fails: cannot transfer 'function' to thread",
    ],
    [
      'for _ in io.lines("/etc/hostname") do end',
      'outside of the folders of the script and the current folder: copy /etc/hostname beside the script',
    ],
    ['local s = "x" while true do s = s .. s end', 'not enough memory'],
  ] as const) {
    await assert.rejects(
      withScript(source, async () => undefined),
      ({ name, message }: Error) => {
        assert.equal(name, 'UserError');
        assert.ok(message.includes(expected) && !message.includes('\n'), message);
        return true;
      },
    );
  }
});

test('the URL, -H, words and the environment are there, states are apart, and each prints', async () => {
  const source = `
    print(wrk.scheme, wrk.host, wrk.port, wrk.path, wrk.headers["X-Given"], os.getenv("HOME"), wrk.thread)
    function setup(thread) thread:set("id", (id or 0) + 1) id = thread:get("id") end
    function init(args) wrk.body = args[0] .. args[1] .. args[2] .. id .. "\\0\\255" end`;
  await withScript(source, async ({ script, printed }) => {
    assert.deepEqual(new Set(printed), new Set(['stdout: http\t::1\t80\t/p?q=1#f\tü\t/h\tnil\n']));
    assert.equal(printed.length, 3);
    const prepared = await script.prepare(BOUNDS);
    assert.deepEqual(prepared?.sequences, [[[0]], [[1]]]);
    assert.deepEqual(
      prepared?.requests.map(({ head, body }) => head + Buffer.from(body).toString('latin1')),
      [1, 2].map(
        (id) =>
          `GET /p?q=1#f HTTP/1.1\r\nHost: [::1]:80\r\nContent-Length: 35\r\nX-Given: Ã¼\r\n\r\nhttp://[::1]:80/p?q=1#fonezwÃ¶lf${id}\0ÿ`,
      ),
    );
  });
});

test('files beside the script are read on demand, and writing stays in memory', async () => {
  mkdirSync(join(folder, 'data'), { recursive: true });
  writeFileSync(join(folder, 'data/a.txt'), 'one\ntwo\n');
  writeFileSync(join(folder, 'mod.lua'), 'return { half = 5 / 2 .. "" }');
  const source = `
    local lines = {}
    for line in io.lines("data/a.txt") do lines[#lines + 1] = line end
    local out = assert(io.open("out.txt", "w"))
    out:write(10 / 2, " ") out:close()
    assert(io.open("missing.txt") == nil)
    wrk.body = table.concat(lines, "+") .. io.open("out.txt"):read("*a") .. require("mod").half .. (loadfile("mod.lua")()).half`;
  await withScript(source, async ({ script, wrote }) => {
    const prepared = await script.prepare(BOUNDS);
    assert.equal(Buffer.from(prepared?.requests[0]?.body ?? []).toString(), 'one+two5 2.52.5');
    assert.deepEqual(new Set(wrote), new Set(['out.txt']));
  });
});

test('a JSON library that is not beside the script is there under its usual names', async () => {
  const source = String.raw`
    local json, cjson, safe = require("json"), require("cjson"), require("cjson.safe")
    local text = '{"a":[1,2.5,-3e2,[]],"b":{"c":"\\u00e9\\ud83d\\ude00\\n\\"/"},"d":null,"e":true, "f" : false}'
    local t, u = json.decode(text), cjson.decode(text)
    print(json.encode(t), json.encode(u), t.d == nil, u.d == cjson.null, #t.a, t.a[2] + 1)
    print(json.encode({ model = "m", n = 10 / 2, list = { 1, "x" }, none = {} }))
    print(safe.decode("[1,"), safe.decode("[1] x"), safe.decode('{"a" 1}'), safe.decode(""))
    print(require("dkjson").encode(string.char(1)), pcall(json.encode, print))`;
  await withScript(source, async ({ printed }) => {
    const whole = '{"a":[1,2.5,-300,{}],"b":{"c":"é😀\\n\\"/"},';
    assert.deepEqual(printed.slice(0, 4), [
      `stdout: ${whole}"e":true,"f":false}\t${whole}"d":null,"e":true,"f":false}\ttrue\ttrue\t4\t3.5\n`,
      'stdout: {"list":[1,"x"],"model":"m","n":5,"none":{}}\n',
      'stdout: nil\tnil\tnil\tnil\tinvalid JSON at character 1\n',
      'stdout: "\\u0001"\tfalse\tcannot encode a function as JSON\n',
    ]);
  });
});

test('time, answers and stopped threads cannot be prepared, and the states begin anew', async () => {
  const source = (what: string): string =>
    `local n = 0 function request() n = n + 1 if n > 2 then ${what} end return wrk.format("GET", "/" .. n) end`;
  await withScript(source('os.time()'), async ({ script, printed }) => {
    assert.equal(await script.prepare(BOUNDS), null);
    assert.equal((await script.next(0))?.requests[0]?.path, '/2');
    assert.deepEqual(printed, []);
  });
  await withScript(source('wrk.thread:stop()'), async ({ script }) => {
    assert.equal(await script.prepare(BOUNDS), null);
    for (const path of ['/2', '/3']) assert.equal((await script.next(0))?.requests[0]?.path, path);
    assert.equal(await script.next(0), null);
  });
});

test('a loop without end is stopped with a sentence, and so is every later call', async () => {
  const source =
    'local n = 0 function request() n = n + 1 while os.time() > 0 and n > 1 do end return wrk.format() end';
  const hung = {
    name: 'UserError',
    message: 's.lua: request() has not ended after 0.1 s: look for a loop without end',
  };
  const limits = { answerMs: 100, openMs: 60_000 };
  await withScript(
    source,
    async ({ script }) => {
      await assert.rejects(script.next(0), hung);
      await assert.rejects(script.next(0), hung);
    },
    limits,
  );
});

test('delay() is cut to whole milliseconds; done() gets what wrk hands it', async () => {
  const source = `
    function delay() return 12.9 end
    function done(summary, latency, requests)
      print(summary.requests, summary.errors.timeout, latency.min, latency.max, latency.mean, latency:percentile(50), latency:percentile(100),
        #latency, latency(2), requests(9), latency.name)
    end`;
  const latency: ScriptStats = {
    min: 10,
    max: 30,
    mean: 20.5,
    stdev: 1,
    count: 4,
    values: Float64Array.of(10, 30),
    times: Float64Array.of(3, 1),
  };
  await withScript(source, async ({ script, opened, printed }) => {
    assert.deepEqual(opened.functions, ['delay', 'done']);
    assert.equal(await script.delay(1), 12);
    const errors = { connect: 0, read: 0, write: 0, status: 0, timeout: 2 };
    await script.done({ duration: 1e6, requests: 4, bytes: 5, errors }, latency, latency);
    assert.deepEqual(printed, ['stdout: 4\t2\t10\t30\t20.5\t10\t0\t2\t30\t0\tname\n']);
  });
});

test('wrk.lookup() resolves, wrk.connect() tries, and thread.addr chooses', async () => {
  const source = `
    local found = wrk.lookup("127.0.0.1", "http")
    function setup(thread)
      thread.addr = found[1]
      print(#found, tostring(found[1]), wrk.connect(wrk.lookup("127.0.0.1", "1")[1]), tostring(thread.addr))
    end`;
  await withScript(source, async ({ opened, printed }) => {
    assert.deepEqual(opened.addresses, ['127.0.0.1:80', '127.0.0.1:80']);
    assert.equal(printed[0], 'stdout: 1\t127.0.0.1:80\tfalse\t127.0.0.1:80\n');
  });
});
