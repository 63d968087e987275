import { defineCommand } from '../command.ts';
import { text } from '../option-values.ts';
import { required } from '../options.ts';
import { withLocalTapes } from '../s3-tapes.ts';

/** `reprise merge` */
export const command = defineCommand({
  description:
    'Merges tapes into a new one: the captures of recorders that ran side by side, the runs of several tapes, and the parts ' +
    'of a replay in shards, which become one run. Its figures are those of the single requests, as if one process had sent them.',
  arguments: [
    [
      '<part...>',
      'tapes, or s3://bucket/prefix/ for all below it; for a replay in shards, the parts of all shards',
    ],
  ],
  options: { out: required('--out <tape>', 'the tape to write', text) },
  examples: [
    'merge part-*.sqlite --out recordings/merged.sqlite',
    'merge recordings/day.sqlite part-*.sqlite --out recordings/merged.sqlite',
    'merge pod-a.sqlite pod-b.sqlite --out recordings/monday.sqlite',
    'merge s3://tapes/monday/ --out recordings/monday.sqlite',
  ],
  prepare({ arguments: parts, values, env }) {
    const { out } = values;
    return () =>
      withLocalTapes(parts, env, async (paths) => (await import('./merge-tapes.ts')).mergeTapes(paths, out));
  },
});
