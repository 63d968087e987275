import type { TapeFigures } from '../measure/tape-figures.ts';
import type { Traffic } from '../measure/traffic.ts';

/** What is on a tape. */
export interface TrafficReport {
  /** The tape's file, as the user named it. */
  readonly tape: string;
  readonly figures: TapeFigures;
  readonly traffic: Traffic;
  readonly toolVersion: string;
}
