/**
 * What an import costs: makes a file of 1,000,000 request bodies, imports it as a child process, and tells rate and peak
 * memory beside those of `jq -c .` on the same file, which reads and writes every line and keeps nothing.
 *
 *   node test/bench/import.ts [lines]
 *
 * jq comes from the system's packages; without it only the import is measured. Linux only: the peak is read in /proc.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLI_ENTRY } from '../helpers/run-cli.ts';

const LINES = Number(process.argv[2] ?? 1_000_000);
/** Between two looks at the peak memory, which /proc shows only while the process lives, ms. */
const LOOK_MS = 20;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Bodies of 300 to 1,300 bytes, each of them another. */
function writeBodies(path: string): void {
  const file = openSync(path, 'w');
  let lines: string[] = [];
  for (let i = 0; i < LINES; i++) {
    const content = `request ${i}: ${'explain the KV cache '.repeat(10 + ((i * 7919) % 48))}`;
    const messages = [
      { role: 'system', content: 'You answer in one sentence.' },
      { role: 'user', content },
    ];
    lines.push(`${JSON.stringify({ model: 'm', messages, max_tokens: 20, temperature: 0, stream: true })}\n`);
    if (lines.length < 1_000 && i < LINES - 1) continue;
    writeSync(file, lines.join(''));
    lines = [];
  }
  closeSync(file);
}

async function measure(
  title: string,
  program: string,
  args: readonly string[],
  bytes: number,
): Promise<void> {
  const startedMs = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore'] });
  let peakKb = 0;
  const looks = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peakKb = Math.max(peakKb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended.
    }
  }, LOOK_MS);
  const code = await once(child, 'close').then(
    ([exit]) => exit as number | null,
    () => 'not installed',
  );
  clearInterval(looks);
  const seconds = (performance.now() - startedMs) / 1e3;
  if (code !== 0) {
    print(`${title}: ended with ${code}`);
    return;
  }
  const rate = Math.round(LINES / seconds).toLocaleString('en');
  const megabytes = (bytes / 1e6 / seconds).toFixed(0);
  print(
    `${title}: ${seconds.toFixed(1)} s, ${rate} lines/s, ${megabytes} MB/s, peak ${Math.round(peakKb / 1024)} MiB`,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'reprise-import-'));
try {
  const file = join(folder, 'bodies.jsonl');
  const tape = join(folder, 'tape.sqlite');
  writeBodies(file);
  const { size } = statSync(file);
  print(`${LINES.toLocaleString('en')} lines, ${(size / 1e6).toFixed(0)} MB`);
  await measure('reprise import', process.execPath, [CLI_ENTRY, 'import', file, '--out', tape], size);
  print(`the tape: ${(statSync(tape).size / 1e6).toFixed(0)} MB`);
  await measure('jq -c .', 'jq', ['-c', '.', file], size);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
