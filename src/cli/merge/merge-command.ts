import { defineCommand } from '../command.ts';
import { text } from '../option-values.ts';
import { required } from '../options.ts';

/** `reprise merge` */
export const command = defineCommand({
  description:
    'Makes one tape of several: the captures of recorders that ran side by side, the runs of several tapes, and the parts ' +
    'of a replay in shards, which become one run. Its figures are those of the single requests, as if one process had sent them.',
  arguments: [['<part...>', 'tapes; of a replay in shards the parts of all shards']],
  options: { out: required('--out <tape>', 'the tape to write', text) },
  examples: [
    'merge part-*.sqlite --out recordings/merged.sqlite',
    'merge recordings/day.sqlite part-*.sqlite --out recordings/merged.sqlite',
    'merge pod-a.sqlite pod-b.sqlite --out recordings/monday.sqlite',
  ],
  prepare({ arguments: parts, values }) {
    const { out } = values;
    return async () => (await import('./merge-tapes.ts')).mergeTapes(parts, out);
  },
});
