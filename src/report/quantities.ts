import { isSufficient, type Percentile, type SampleStats } from '../measure/sample.ts';
import type { Language } from './messages/languages.ts';

/** The mark of a missing figure. */
export const NONE = '–';

/**
 * Quantities as people of one language read them; a missing one is a dash.
 * @param percentSign with the space before it; @param minutes the unit's name
 */
function quantities(percentSign: string, minutes: string) {
  function duration(ms: number | null): string {
    if (ms === null) return NONE;
    // What rounds up to the next unit is written in it.
    if (ms < 0.9995) return `${(ms * 1e3).toFixed(0)} µs`;
    if (ms < 999.5) return `${threeDigits(ms)} ms`;
    return ms < 120_000 ? `${threeDigits(ms / 1e3)} s` : `${(ms / 60_000).toFixed(1)} ${minutes}`;
  }
  const short = (share: number): string => `${Number((share * 100).toFixed(1))}${percentSign}`;
  const rate = (perSec: number | null): string => (perSec === null ? NONE : threeDigits(perSec));
  return {
    /** Milliseconds, in the unit that suits: `38.3 ms`, `3.07 s`. */
    duration,
    rate,
    /** A share of 1 without needless digits: `3 %`, `0.5 %`. */
    short,
    /** A figure of a compared metric: a time, a share of 1, or a rate. */
    figure: (unit: string, amount: number | null): string =>
      unit === 'ms' ? duration(amount) : unit === 'share' && amount !== null ? short(amount) : rate(amount),
    /** A percentile; a dash when the sample is too small to carry it. */
    percentileOf: (stats: SampleStats, name: Percentile): string =>
      duration(isSufficient(name, stats.count) ? (stats[name] ?? null) : null),
    /** A duration from a setting, without needless digits: `60 s`. */
    given: (ms: number): string => trimmed(duration(ms)),
    /** Milliseconds without their unit, which the head of a column has: `38.3`, `3,074`; a microsecond is the finest that is measured. */
    ms: (ms: number | null): string =>
      ms === null ? NONE : ms > 0 && ms < 0.0995 ? ms.toFixed(3) : threeDigits(ms),
    /** Bytes in units of 1024, as wrk has them. */
    bytes,
    /** Whole numbers in groups: `12,345`. */
    whole: (amount: number | null): string => (amount === null ? NONE : grouped(String(Math.round(amount)))),
    /** A ratio as a reader takes it in: `×9.8` from a doubling on, `−14 %`, `−4.4 %` below a tenth, `±0 %`. */
    change(ratio: number | null): string {
      if (ratio === null) return NONE;
      if (ratio >= 2) return `×${factor(ratio)}`;
      const percent = Math.abs(ratio - 1) * 100;
      const digits = percent.toFixed(percent >= 9.95 ? 0 : 1);
      const sign = Number(digits) === 0 ? '±' : ratio > 1 ? '+' : '−';
      return `${sign}${Number(digits) === 0 ? '0' : digits}${percentSign}`;
    },
    /** A ratio of two or more in a sentence, two digits: `9.8`, `13`. */
    factor,
    /** A share of 1: `84 %`, with one decimal below 10 %. */
    percent(share: number | null): string {
      if (share === null) return NONE;
      const percent = share * 100;
      return `${Number(percent.toFixed(Math.abs(percent) < 10 ? 1 : 0))}${percentSign}`;
    },
    /** A share of 1 with no more than one decimal: `98.3 %`, `42 %`. */
    portion(share: number | null): string {
      if (share === null) return NONE;
      const amount = Number(Math.abs(share * 100).toFixed(1));
      return `${share < 0 && amount !== 0 ? '−' : ''}${amount}${percentSign}`;
    },
    /** A share near 1 with as many digits as it has nines: `50 %`, `99.9 %`. */
    share(share: number): string {
      const digits = share >= 1 || share < 0.99 ? 0 : Math.ceil(-Math.log10(1 - share) - 1e-9) - 1;
      return `${(share * 100).toFixed(Math.max(0, digits - 1))}${percentSign}`;
    },
    /** How many times: `1.37`. */
    times: (ratio: number | null): string => (ratio === null ? NONE : String(Number(ratio.toFixed(2)))),
  };
}

type Quantities = ReturnType<typeof quantities>;

function factor(ratio: number): string {
  return ratio < 99.5 ? String(Number(ratio.toPrecision(2))) : grouped(ratio.toFixed(0));
}

/** `6.34`, `66.1`, `279`, `15,091`: what a window of some seconds can carry; nothing is 0. */
function threeDigits(amount: number): string {
  if (amount === 0) return '0';
  return grouped(amount.toFixed(amount < 9.995 ? 2 : amount < 99.95 ? 1 : 0));
}

function bytes(amount: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = amount;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value.toFixed(0) : value.toFixed(2)} ${units[unit]}`;
}

/**
 * Puts a comma between each three digits before the point. Not by the platform's own formatter: to make its first one takes
 * 30 ms, and live displays are drawn on the thread that sends.
 */
export function grouped(digits: string): string {
  return digits.replace(/(?<!\.\d*)\B(?=(?:\d{3})+(?!\d))/g, ',');
}

/** A number without needless zeros: `1.50 s` is `1.5 s`, `0 µs` is `0`. */
export function trimmed(text: string): string {
  return /^0(\.0+)?\D*$/.test(text)
    ? '0'
    : text.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');
}

/** English has a space before the percent sign, as SI has it; Chinese writes the sign right after the number. */
export const QUANTITIES: Readonly<Record<Language, Quantities>> = {
  en: quantities(' %', 'min'),
  zh: quantities('%', '分钟'),
};

export const { duration, rate, whole, change } = QUANTITIES.en;
