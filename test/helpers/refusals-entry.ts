import { run } from '../../src/cli/main.ts';

/** Runs the command lines of the first argument (JSON) one after the other and prints how each ended. */
const ends: { code: number; stdout: string; stderr: string }[] = [];
const print = process.stdout.write.bind(process.stdout);
for (const argv of JSON.parse(process.argv[2] ?? '[]') as readonly string[][]) {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = (text: string | Uint8Array): boolean => {
      said[name] += text;
      return true;
    };
  }
  process.exitCode = undefined;
  ends.push({ code: await run(argv), ...said });
}
print(JSON.stringify(ends), () => process.exit(0));
