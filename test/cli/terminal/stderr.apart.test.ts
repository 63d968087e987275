import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tempFolder } from '../../helpers/temp-folder.ts';

const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;
const STDERR = new URL('../../../src/cli/terminal/stderr.ts', import.meta.url).href;
const skip = process.platform !== 'linux' && 'a pipe is opened anew in /proc';

/** Writes 300 lines of 1,000 characters to a pipe whose reader reads nothing, or has gone; gives how many were dropped. */
async function droppedWith(reader: 'silent' | 'gone'): Promise<number> {
  const pipe = join(tempFolder(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reads = openSync(pipe, O_RDONLY | O_NONBLOCK);
  const writes = openSync(pipe, O_WRONLY);
  if (reader === 'gone') closeSync(reads);
  const code = `const { writeStderr, flushStderr, droppedLines } = await import('${STDERR}');
    for (let n = 0; n < 300; n += 1) writeStderr('x'.repeat(999) + '\\n');
    flushStderr();
    process.stdout.write(String(droppedLines()), () => process.exit());`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', writes],
    timeout: 20_000,
  });
  let dropped = '';
  child.stdout?.on('data', (text) => {
    dropped += text;
  });
  const [exitCode] = await once(child, 'close');
  closeSync(writes);
  if (reader === 'silent') closeSync(reads);
  assert.equal(exitCode, 0);
  return Number(dropped);
}

test('what a reader that reads nothing leaves is dropped and counted, beyond what fits', {
  skip,
}, async () => {
  const dropped = await droppedWith('silent');
  assert.ok(dropped > 100 && dropped < 250, `${dropped} lines`);
});

test('without a reader every line is dropped and counted', { skip }, async () => {
  assert.equal(await droppedWith('gone'), 300);
});
