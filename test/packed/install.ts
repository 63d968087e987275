/**
 * What `npm pack` makes, installed into an empty folder and used from there, on this Node and on those that the arguments
 * name: `node test/packed/install.ts [NODE ...]`. A command and no test of the suite, since it installs from the registry.
 */

import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CONSUMER = fileURLToPath(new URL('consumer.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'reprise-packed-'));
const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function textOf(stream: Readable | null): Promise<string> {
  return stream === null ? Promise.resolve('') : text(stream);
}

function run(command: string, args: readonly string[], cwd = folder): string {
  const { npm_config_local_prefix: _prefix, ...env } = process.env;
  return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The packed product on one Node. */
function productOn(node: string) {
  const env = { ...process.env, PATH: dirname(node) + delimiter + process.env.PATH };
  const program = join(folder, 'node_modules', '.bin', 'reprise');
  const start = (args: readonly string[]): ChildProcess => {
    const child = spawn(program, args, {
      cwd: folder,
      env,
      timeout: 120_000,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  };
  return {
    async ends(...args: readonly string[]): Promise<string> {
      const child = start(args);
      const [out, err, code] = await Promise.all([
        textOf(child.stdout),
        textOf(child.stderr),
        new Promise((resolve) => child.once('exit', resolve)),
      ]);
      assert.equal(code, 0, `reprise ${args.join(' ')}: ${err}`);
      return out;
    },
    /** A server, and the URL that it prints; `stop` is Ctrl-C and waits for its end. */
    async serves(...args: readonly string[]) {
      const child = start(args);
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      const url = await new Promise<string>((resolve, reject) => {
        let said = '';
        const hear = (part: Buffer): void => {
          said += part;
          const found = /(?:send clients to|listens on) (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
          if (found !== undefined) resolve(found);
        };
        child.stderr?.on('data', hear);
        child.stdout?.on('data', hear);
        child.once('exit', () => reject(new Error(`reprise ${args[0]} ended: ${said}`)));
      });
      return { url, stop: () => (child.kill('SIGINT') ? ended : null) };
    },
  };
}

async function use(node: string): Promise<void> {
  const { ends, serves } = productOn(node);
  const tape = join(folder, 't.sqlite');
  rmSync(tape, { force: true });
  say(`  reprise ${(await ends('--version')).trim()} on Node ${run(node, ['--version']).trim()}`);
  const server = await serves('simulate', '--listen', '127.0.0.1:0', '--time-scale', '20');
  const recorder = await serves('record', '--upstream', server.url, '--listen', '127.0.0.1:0', '--out', tape);
  const models = (await (await fetch(`${recorder.url}/v1/models`)).json()) as { data: [{ id: string }] };
  for (let i = 0; i < 6; i++) {
    const body = {
      model: models.data[0].id,
      stream: true,
      max_tokens: 8,
      messages: [{ role: 'user', content: `hi ${i}` }],
    };
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    assert.match(await (await fetch(`${recorder.url}/v1/chat/completions`, init)).text(), /\[DONE\]/);
  }
  assert.equal(await recorder.stop(), 0);
  const load = ['--requests', '12', '--connections', '2', '--threads', '1', '--json'];
  const replayed = JSON.parse(await ends('replay', tape, '--target', server.url, ...load));
  assert.deepEqual(replayed.runs[0].outcomes, { ok: 12 });
  assert.match(await ends('report', tape, '--format', 'html'), /<html/);
  await server.stop();
}

/** The tour, once: its figures depend on what else the machine does, its end does not. */
async function demo(): Promise<void> {
  const out = join(folder, 'demo.sqlite');
  assert.match(await productOn(process.execPath).ends('demo', '--quick', '--out', out), /before.*after/s);
}

say('pack and install');
const [packed] = JSON.parse(
  run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], ROOT),
) as [{ readonly filename: string }];
writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', `./${packed.filename}`]);
for (const node of [process.execPath, ...process.argv.slice(2)]) await use(node);

await demo();

say('types of the JSON documents');
cpSync(CONSUMER, join(folder, 'consumer.ts'));
const strict = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--types', '', '--noEmit'];
run(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), ...strict, 'consumer.ts']);

say('publint, attw');
const npx = ['exec', '--yes', '--package=publint@0.3.25', '--package=@arethetypeswrong/cli@0.18.5', '--'];
run('npm', [...npx, 'publint', '--strict', packed.filename]);
run('npm', [...npx, 'attw', packed.filename, '--profile', 'esm-only']);
