import { usageError } from '../../model/user-error.ts';
import { defineCommand } from '../command.ts';
import { withLocalTapes } from '../s3-tapes.ts';
import { REPLAY_OPTIONS } from './replay-options.ts';
import { replaySettings } from './replay-settings.ts';

/** `reprise replay` */
export const command = defineCommand({
  description:
    'Replays the requests of a tape and stores every response with its timing on the same tape. By default a closed ' +
    'loop, as in wrk: each of a fixed number of connections sends its next request when the last response ended. An open loop (--open, --rate) sends requests at scheduled times.',
  arguments: [['<tape>', 'the tape, or with --out s3://bucket/tape']],
  options: REPLAY_OPTIONS,
  examples: [
    'replay recordings/monday.sqlite --target http://127.0.0.1:8000 --label before --repeat 3',
    'replay recordings/monday.sqlite --target http://127.0.0.1:8000 --matrix 10x20,100x200 --duration 30s',
    'replay recordings/monday.sqlite --target https://gpu-2:8000 --requests 1000 --api-key-env VLLM_API_KEY',
    'replay recordings/monday.sqlite --target http://127.0.0.1:8000 --time-scale 2 --cache salt --slo ttft=500ms',
    'replay recordings/monday.sqlite --target http://127.0.0.1:8000 --rate 5/s,10/s,20/s --arrivals poisson',
    "replay day.sqlite --target http://lb:8000 --connections 2000 --shard 0/4 --barrier 10.0.0.1:7001 --out 'part-{shard}.sqlite'",
  ],
  prepare(input) {
    const [tape = ''] = input.arguments;
    const settings = replaySettings(input);
    if (tape.startsWith('s3://') && settings.out === null && !settings.dryRun) {
      throw usageError(`${tape} is only read, so its results need a tape of their own`, 'add --out');
    }
    const run = async ([path = tape]: readonly string[]) =>
      settings.dryRun
        ? (await import('./dry-run.ts')).dryRun(path, settings)
        : (await import('./replay-tape.ts')).replayTape(path, settings);
    return () => withLocalTapes([tape], input.env, run, 1);
  },
});
