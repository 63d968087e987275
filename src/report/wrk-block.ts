import type { WrkFigures } from '../measure/as/wrk-figures.ts';
import type { WrkLine } from '../measure/as/wrk-stats.ts';
import type { Cell, Load } from '../model/run.ts';
import { messagesOf } from './messages/messages.ts';
import { safeText } from './plain-text.ts';

/** What `wrk --latency` prints of a run, character for character as wrk 4.2.0 does (units.c, wrk.c). */
export function wrkBlock(figures: WrkFigures, cell: Cell, url: string): string {
  return wrkHead(figures.durationUs, cell, url) + wrkLines(figures, true);
}

/** The lines that wrk prints when a test begins. */
export function wrkHead(durationUs: number, { threads, connections }: Cell, url: string): string {
  return `Running ${wrkDuration(durationUs / 1e6)} test @ ${safeText(url)}\n  ${threads} threads and ${connections} connections\n`;
}

/** The lines that wrk prints when it has ended. @param isFull with the distribution, as by `--latency` */
export function wrkLines(figures: WrkFigures, isFull: boolean): string {
  const { runtimeUs, latency, reqSec, distribution, complete, bytes, errors } = figures;
  const seconds = runtimeUs / 1e6;
  const spread = distribution.map(([p, us]) => `${String(p).padStart(7)}%${column(wrkTime(us), 10)}`);
  const lines = [
    `  Thread Stats${'Avg'.padStart(6)}${'Stdev'.padStart(11)}${'Max'.padStart(8)}${'+/- Stdev'.padStart(12)}`,
    statsLine('Latency', latency, wrkTime),
    statsLine('Req/Sec', reqSec, wrkMetric),
    ...(isFull ? ['  Latency Distribution', ...spread] : []),
    `  ${complete} requests in ${wrkTime(runtimeUs)}, ${wrkBinary(bytes)}B read`,
  ];
  const { connect, read, write, timeout, status } = errors;
  if (connect + read + write + timeout > 0) {
    lines.push(`  Socket errors: connect ${connect}, read ${read}, write ${write}, timeout ${timeout}`);
  }
  if (status > 0) lines.push(`  Non-2xx or 3xx responses: ${status}`);
  const perSec = (amount: number): number => (seconds > 0 ? amount / seconds : 0);
  lines.push(
    `Requests/sec: ${fixed(perSec(complete), 2).padStart(9)}`,
    `Transfer/sec: ${wrkBinary(perSec(bytes)).padStart(10)}B`,
  );
  return `${lines.join('\n')}\n`;
}

/** What must be known of a block that is no wrk's: of a run without `--semantics wrk`. Empty for one of those. */
export function wrkFootnote({ unseen, errors }: WrkFigures, load: Load, messages = messagesOf('en')): string {
  if (load.kind === 'closed' && load.semantics === 'wrk') return '';
  const { wrk } = messages.tools;
  const { drained, cut, corrected, uncorrectedMean } = unseen;
  const facts = [
    ...(load.kind === 'open' ? [wrk.openLoop] : []),
    ...(drained > 0 ? [wrk.drained(drained)] : []),
    ...(cut > 0 ? [wrk.aborted(cut)] : []),
    ...(errors.timeout > 0 ? [wrk.timeout] : []),
    corrected > 0 ? wrk.corrected(wrkTime(uncorrectedMean)) : wrk.notCorrected,
  ];
  return `  ${wrk.footnote(facts.join(messages.semicolon))}\n`;
}

function statsLine(
  name: string,
  { mean, stdev, max, within }: WrkLine,
  format: (n: number) => string,
): string {
  // An empty sample divides by zero, and C prints that as -nan.
  const share = Number.isNaN(within) ? '    -nan%' : `${fixed(within, 2).padStart(8)}%`;
  return `    ${name.padEnd(10)}${column(format(mean), 8)}${column(format(stdev), 10)}${column(format(max), 9)}${share}`;
}

/** print_units(): right-aligned, with room kept for a unit of two letters. */
function column(text: string, width: number): string {
  const letter = (i: number): boolean => /[a-zA-Z]/.test(text.at(i) ?? '');
  let pad = 2;
  if (letter(-1)) pad -= 1;
  if (letter(-1) && letter(-2)) pad -= 1;
  return text.slice(0, width - pad).padStart(width - pad) + ' '.repeat(pad);
}

/** format_units(): the unit changes at 85 % of the next one; the last unit of a list is never reached. */
function units(n: number, scale: number, base: string, names: readonly string[], precision: number): string {
  let amount = n;
  let unit = base;
  for (let i = 0; i + 1 < names.length && amount >= 0.85 * scale; i++) {
    amount /= scale;
    unit = names[i] ?? unit;
  }
  return `${fixed(amount, precision)}${unit}`;
}

/** printf's rounding: what lies exactly between two goes to the even one, where `toFixed` goes up. */
function fixed(n: number, digits: number): string {
  const scale = 10 ** digits;
  // Only eighths and their multiples can lie exactly between two hundredths.
  const isTie = Math.abs((n * scale) % 1) === 0.5 && Number.isInteger(n * 8);
  return isTie ? ((2 * Math.round((n * scale) / 2)) / scale).toFixed(digits) : n.toFixed(digits);
}

/** Microseconds. */
export function wrkTime(us: number): string {
  return us >= 1e6 ? units(us / 1e6, 60, 's', ['m', 'h'], 2) : units(us, 1000, 'us', ['ms', 's'], 2);
}

/** Whole seconds of a test's duration. */
export function wrkDuration(seconds: number): string {
  return units(seconds, 60, 's', ['m', 'h'], 0);
}

export function wrkMetric(n: number): string {
  return units(n, 1000, '', ['k', 'M', 'G', 'T', 'P'], 2);
}

export function wrkBinary(n: number): string {
  return units(n, 1024, '', ['K', 'M', 'G', 'T', 'P'], 2);
}
