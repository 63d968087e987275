import type { WrkFigures, WrkLine } from '../measure/wrk-figures.ts';
import type { Cell } from '../model/run.ts';
import { safeText } from './plain-text.ts';

/** What wrk prints of a run, character for character as wrk 4.2.0 does (units.c, wrk.c). */
export function wrkBlock(figures: WrkFigures, cell: Cell, url: string): string {
  const { runtimeUs, latency, reqSec, distribution, complete, bytes, errors } = figures;
  const seconds = runtimeUs / 1e6;
  const lines = [
    `Running ${wrkDuration(Math.round(seconds))} test @ ${safeText(url)}`,
    `  ${cell.threads} threads and ${cell.connections} connections`,
    `  Thread Stats${'Avg'.padStart(6)}${'Stdev'.padStart(11)}${'Max'.padStart(8)}${'+/- Stdev'.padStart(12)}`,
    statsLine('Latency', latency, wrkTime),
    statsLine('Req/Sec', reqSec, wrkMetric),
    '  Latency Distribution',
    ...distribution.map(([p, us]) => `${String(p).padStart(7)}%${column(wrkTime(us), 10)}`),
    `  ${complete} requests in ${wrkTime(runtimeUs)}, ${wrkBinary(bytes)}B read`,
  ];
  const { connect, read, write, timeout, status } = errors;
  if (connect + read + write + timeout > 0) {
    lines.push(`  Socket errors: connect ${connect}, read ${read}, write ${write}, timeout ${timeout}`);
  }
  if (status > 0) lines.push(`  Non-2xx or 3xx responses: ${status}`);
  const perSec = (amount: number): number => (seconds > 0 ? amount / seconds : 0);
  lines.push(
    `Requests/sec: ${perSec(complete).toFixed(2).padStart(9)}`,
    `Transfer/sec: ${wrkBinary(perSec(bytes)).padStart(10)}B`,
  );
  return `${lines.join('\n')}\n`;
}

function statsLine(
  name: string,
  { mean, stdev, max, within }: WrkLine,
  format: (n: number) => string,
): string {
  // An empty sample divides by zero, and C prints that as -nan.
  const share = Number.isNaN(within) ? '    -nan%' : `${within.toFixed(2).padStart(8)}%`;
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
  return `${amount.toFixed(precision)}${unit}`;
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
