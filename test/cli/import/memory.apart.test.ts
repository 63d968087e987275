import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { CLI_ENTRY } from '../../helpers/run-cli.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

/** Prints the peak of the process at its end, KiB: what `/usr/bin/time` says. */
const WITH_PEAK = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => console.error('peak', process.resourceUsage().maxRSS))",
)}`;

/** Imports what comes on standard input. */
async function importOf(name: string, content: Iterable<string | Buffer>) {
  const args = ['--import', WITH_PEAK, CLI_ENTRY, 'import', '-', '--out', join(folder, name)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  const said = text(child.stderr);
  for (const piece of content) if (!child.stdin.write(piece)) await once(child.stdin, 'drain');
  child.stdin.end();
  const [code] = await once(child, 'close');
  const stderr = await said;
  return { code, stderr, peakMiB: Number(/^peak (\d+)$/m.exec(stderr)?.[1]) / 1024 };
}

const PIECE = Buffer.alloc(1024 * 1024, 'x');

test('a first line of 100 MB is skipped in less than 250 MiB', async () => {
  const body = '{"model":"m","messages":[{"role":"user","content":"hi"}]}\n';
  function* content() {
    yield body.slice(0, 50);
    for (let i = 0; i < 100; i++) yield PIECE;
    yield `"}]}\n${body}`;
  }
  const { code, stderr, peakMiB } = await importOf('line.sqlite', content());
  assert.equal(code, 0, stderr);
  assert.match(stderr, /wrote 1 request/);
  assert.ok(peakMiB < 250, `${peakMiB} MiB`);
});
