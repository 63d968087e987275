import { AXIS_NAMES } from '../../compare/peak/axis.ts';
import { SWITCH } from '../compare/pair-options.ts';
import { LANG_OPTION } from '../figure-options.ts';
import { baseUrl, choice, durationUs, positive, runLabel, share, slo } from '../option-values.ts';
import { flag, group, required, value, withDefault, without } from '../options.ts';
import { PAGE_FILE_OPTIONS } from '../output-file.ts';
import { TRAFFIC_OPTIONS } from '../replay/replay-options.ts';

/** Options that say which load is sent and when a run ends: the search decides them. */
const DECIDED = [
  'connections',
  'threads',
  'matrix',
  'semantics',
  'open',
  'timeScale',
  'rate',
  'duration',
  'requests',
  'loop',
  'maxErrors',
  'honourRetryAfter',
  'slo',
] as const;

const SERVERS = group('Servers:', {
  target: value('--target <url>', 'base URL of the server', baseUrl),
  baseline: value('--baseline <url>', 'to compare two servers: base URL of the first', baseUrl),
  candidate: value('--candidate <url>', 'base URL of the second; optional with --switch', baseUrl),
  ...SWITCH,
});

const SEARCH = group('Search:', {
  slo: required('--slo <limits>', 'what a good request keeps, e.g. ttft=500ms,itl=50ms', slo),
  good: value('--good <share>', 'share of requests that must be good', share, '99%'),
  axis: value(
    '--axis <axis>',
    `what the search raises: ${AXIS_NAMES.join(', ')}`,
    choice(AXIS_NAMES),
    'rate',
  ),
  step: value('--step <percent>', 'width of the answer: loads lie on a grid of this step', share, '5%'),
  from: value(
    '--from <load>',
    'lowest load (default: a quarter of the recorded rate, or one connection)',
    positive,
  ),
  to: value('--to <load>', 'highest load (default: 256 times the lowest)', positive),
  block: value('--block <time>', 'length of a block, the unit of the decision', durationUs, '20s'),
  confidence: value('--confidence <percent>', 'confidence of the whole answer', share, '95%'),
  maxTime: value('--max-time <time>', 'end the search after this time with what is known', durationUs, '30m'),
});

const OUTPUT = group('Output:', {
  label: value('--label <label>', 'name of the runs on the tape (default: peak, or peak-N)', runLabel),
  json: flag('--json', 'print JSON'),
  ...PAGE_FILE_OPTIONS,
  lang: LANG_OPTION,
});

/** Each block sends other requests of the tape, isolated from the caches of earlier blocks. */
const TRAFFIC = {
  ...TRAFFIC_OPTIONS,
  arrivals: withDefault(TRAFFIC_OPTIONS.arrivals, 'poisson'),
  cache: withDefault(TRAFFIC_OPTIONS.cache, 'salt'),
  order: withDefault(TRAFFIC_OPTIONS.order, 'shuffled'),
  warmup: withDefault(TRAFFIC_OPTIONS.warmup, '10s'),
};

export const PEAK_OPTIONS = { ...SERVERS, ...SEARCH, ...without(TRAFFIC, DECIDED), ...OUTPUT };
