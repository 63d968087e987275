import { chaos } from '../helpers/chaos.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

/**
 * Clients of a recorder whose process is killed, whose disk fills, whose tape vanishes, whose upstream comes and goes and whose
 * terminal stops, in an order that a seed decides. `-- --seed 7 --minutes 60`; exit code 1 when a request is neither on a tape
 * nor counted, or a client got a wrong byte.
 */

const option = (name: string, usual: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? usual : Number(process.argv[at + 1]);
};
const [seed, minutes] = [option('seed', Date.now() % 1_000_000), option('minutes', 10)];
process.stdout.write(`seed ${seed}, ${minutes} minutes\n`);
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const figures = await chaos({ seed, durationMs: minutes * 60_000, clients: 16, folder: tempFolder(), say });
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
process.exit(figures.violations.length === 0 ? 0 : 1);
