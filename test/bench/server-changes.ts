/**
 * What changes of a server's command line do to its clients, by the simulator's model and in model time: the table of
 * docs/simulate.md.
 *
 *   node test/bench/server-changes.ts
 */
import { type ChangeFigures, changeFigures, SERVER_CHANGES } from '../helpers/server-changes.ts';

const ms = (value: number): string => value.toFixed(value < 100 ? 1 : 0);

/** Columns with what they show of one side. */
const COLUMNS: readonly (readonly [string, (figures: ChangeFigures) => string])[] = [
  ['requests/s', ({ requestsPerSec }) => requestsPerSec.toFixed(1)],
  ['TTFT, ms', ({ ttftMs }) => ms(ttftMs)],
  ['TPOT, ms', ({ tpotMs }) => ms(tpotMs)],
  ['longest gap, ms', ({ longestGapMs }) => ms(longestGapMs)],
  ['preemptions', ({ preemptions }) => String(preemptions)],
];

const lines = [
  `| added | load | ${COLUMNS.map(([name]) => name).join(' | ')} |`,
  `|---|---|${COLUMNS.map(() => '---').join('|')}|`,
  ...Object.values(SERVER_CHANGES).map((change) => {
    const [before, after] = [changeFigures(change, 'before'), changeFigures(change, 'after')];
    const cells = COLUMNS.map(([, show]) =>
      show(before) === show(after) ? show(before) : `${show(before)} → ${show(after)}`,
    );
    return `| \`${change.flags}\` | ${change.load} | ${cells.join(' | ')} |`;
  }),
];
process.stdout.write(`${lines.join('\n')}\n`);
