import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { prepareCommand } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/main.ts';
import { UserError } from '../../src/model/user-error.ts';
import { arbitraryDamage, damageTape, writeHonestTape } from '../helpers/strange-tapes.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

/** Damaged tapes that are tried; for more, `STRANGE_TAPES=20000 npx node --test test/cli/strange-tapes.apart.test.ts`. */
const TRIES = Number(process.env.STRANGE_TAPES ?? 80);
/** Of the readings below, how many each of them gets. */
const READINGS_EACH = 4;
const SUBSET = { minLength: READINGS_EACH, maxLength: READINGS_EACH };

/** Every way to read a tape. `replay --dry-run` reads what a replay would send. */
const READINGS: readonly (readonly string[])[] = [
  ['inspect', 'TAPE'],
  ['inspect', 'TAPE', '--json'],
  ['report', 'TAPE'],
  ['report', 'TAPE', '--format', 'html'],
  ['report', 'TAPE', '--format', 'markdown', '--lang', 'zh'],
  ['report', 'TAPE', '--format', 'json'],
  ['report', 'TAPE', '--format', 'csv'],
  ['report', 'TAPE', '--format', 'wrk'],
  ['report', 'TAPE', '--format', 'hlog', '--run', '1'],
  ['report', 'TAPE', '--as', 'vllm-bench'],
  ['report', 'TAPE', '--as', 'aiperf'],
  ['report', 'TAPE', '--as', 'guidellm', '--format', 'json'],
  ['report', 'TAPE', '--repro'],
  ['report', 'TAPE', '--traffic'],
  ['compare', 'TAPE', 'before', 'after'],
  ['compare', 'TAPE', 'before', 'after', '--json'],
  ['budget', 'TAPE', 'before', 'after'],
  ['replay', 'TAPE', '--target', 'http://127.0.0.1:1', '--dry-run'],
  ['merge', 'TAPE', '--out', 'NEW'],
  ['export', 'TAPE', '--format', 'har', '--out', 'FILE', '--force'],
  ['export', 'TAPE', '--format', 'sharegpt', '--out', 'FILE', '--force'],
  ['export', 'TAPE', '--format', 'mooncake', '--out', 'FILE', '--force'],
];

async function read(path: string, [name = '', ...words]: readonly string[]): Promise<void> {
  const command = await COMMANDS[name]?.load();
  assert(command !== undefined);
  const stands: Readonly<Record<string, string>> = { TAPE: path, FILE: `${path}.out`, NEW: `${path}.new` };
  const argv = words.map((word) => stands[word] ?? word);
  rmSync(`${path}.new`, { force: true });
  const { failure } = await prepareCommand(name, command, argv, {})();
  if (failure !== undefined) throw failure;
}

test('an untrusted tape is read, or refused with one sentence that names it', {
  timeout: 600_000,
}, async (t) => {
  const folder = tempFolder();
  const [honest, strange] = [join(folder, 'honest.sqlite'), join(folder, 'strange.sqlite')];
  writeHonestTape(honest);
  t.mock.method(process.stderr, 'write', () => true);
  for (const words of READINGS) await read(honest, words);
  await fc.assert(
    fc.asyncProperty(
      arbitraryDamage,
      fc.shuffledSubarray([...READINGS], SUBSET),
      async (damage, readings) => {
        damageTape(honest, strange, damage);
        for (const words of readings) {
          try {
            await read(strange, words);
          } catch (error) {
            assert(error instanceof UserError, `${words.join(' ')}: ${(error as Error).stack}`);
            assert.equal(error.exitCode, 1);
            assert.match(error.message, /^[^\p{Cc}]+$/u, words.join(' '));
          }
        }
      },
    ),
    { numRuns: TRIES, endOnFailure: true },
  );
});
