import type { PeakAnswer } from '../../compare/peak/answer.ts';
import type { Axis } from '../../compare/peak/axis.ts';
import type { PairedPeak } from '../../compare/peak/paired-peak.ts';
import type { Slo } from '../../measure/goodput.ts';
import type { Messages } from '../messages/messages.ts';

/** A search with what it was about. */
export interface PeakReport {
  readonly axis: Axis;
  readonly slo: Slo;
  /** Shares of 1. */
  readonly good: number;
  readonly step: number;
  readonly confidence: number;
  readonly blockMs: number;
  /** One a server, in the order baseline, candidate. */
  readonly answers: readonly LabelledAnswer[];
  /** Null for one server. */
  readonly paired: PairedPeak | null;
}

export interface LabelledAnswer extends PeakAnswer {
  readonly label: string;
}

/** A load with its unit: `21.4 requests/s`. */
export function loadText(axis: Axis, load: number, { peak }: Messages): string {
  return peak.load[axis](amountText(load));
}

/** A load without its unit. */
export function amountText(load: number): string {
  return String(Number(load.toPrecision(4)));
}
