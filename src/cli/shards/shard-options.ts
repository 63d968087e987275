import { count, durationUs, invalid, text } from '../option-values.ts';
import { group, value } from '../options.ts';

/** `i/N`, i from 0, or `auto`. */
export type ShardText = { readonly index: number; readonly of: number } | 'auto';

function shardText(option: string, given: string): ShardText {
  if (given === 'auto') return 'auto';
  const match = /^(\d{1,6})\/([1-9]\d{0,5})$/.exec(given);
  const [index, of] = [Number(match?.[1]), Number(match?.[2])];
  if (match !== null && index < of) return { index, of };
  throw invalid(option, given, 'is not a shard', 'write i/N with i from 0 to N-1, for example 0/4, or auto');
}

/** `HOST:PORT` or `http://HOST:PORT`. */
function barrierUrl(option: string, given: string): URL {
  const url = URL.parse(given.includes('://') ? given : `http://${given}`);
  const hasPort = /:\d+\/?$/.test(given);
  if (url !== null && url.protocol === 'http:' && url.hostname !== '' && (hasPort || given.includes('://')))
    return url;
  throw invalid(
    option,
    given,
    'is not the address of a barrier',
    'write it as HOST:PORT or http://HOST:PORT',
  );
}

/** A time of day with its zone, or seconds since 1970; gives ms since 1970. */
function timeOfDay(option: string, given: string): number {
  const isDated = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(given);
  const ms = isDated
    ? Date.parse(given)
    : /^\d{9,11}(\.\d+)?$/.test(given)
      ? Number(given) * 1e3
      : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw invalid(option, given, 'is not a time', 'write it as 2026-11-28T10:00:00Z, or in seconds since 1970');
}

/** One run that several processes send together. */
export const SHARD_OPTIONS = group('Shards:', {
  shard: value(
    '--shard <i/n>',
    'send only part i, from 0, of N; auto asks Kubernetes, Slurm or Open MPI',
    shardText,
  ),
  shards: value('--shards <n>', 'number of shards, for --shard auto in a Kubernetes Job', count),
  barrier: value(
    '--barrier <address>',
    'where the shards start together: HOST:PORT, on which shard 0 listens',
    barrierUrl,
  ),
  barrierTimeout: value('--barrier-timeout <time>', 'how long shards wait for one another', durationUs, '5m'),
  startAt: value('--start-at <time>', 'start at this time instead, e.g. 2026-11-28T10:00:00Z', timeOfDay),
  out: value(
    '--out <file>',
    'write the results to a new tape instead of TAPE; {shard} is the number of the shard',
    text,
  ),
});
