import { isOverloaded } from '../../src/compare/peak/overload.ts';
import type { Block } from '../../src/compare/peak/trial.ts';
import type { EngineSettings } from '../../src/simulate/engine/engine.ts';
import { A40_14B } from '../../src/simulate/profiles/profiles.ts';
import type { Chance } from './peak-servers.ts';
import {
  shortRequest,
  type VirtualAnswer,
  virtualClosedLoop,
  virtualOpenLoop,
} from './virtual-closed-loop.ts';

/** What is sent to the simulated A40, and what a good answer keeps. */
export interface SimulatedTraffic {
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly isGood: (answer: VirtualAnswer) => boolean;
}

/** A run of 25 s whose first fifth is thrown away, as `peak` makes it. */
const RUN_US = 25e6;
const RAMP_SHARE = 0.2;

/** Where the rate is low, a run is longer. */
const LEAST_ANSWERS = 250;

/** The simulated A40 with some of its limits changed. */
export function simulatedA40(limits: EngineSettings['limits'] = {}): EngineSettings {
  return { profile: A40_14B, limits, prefixCaching: false };
}

/** One block of Poisson arrivals in model time. */
export function rateBlock(
  server: EngineSettings,
  { promptTokens, outputTokens, isGood }: SimulatedTraffic,
  { uniform }: Chance,
): (ratePerSec: number) => Block {
  return (ratePerSec) => {
    const durationUs = Math.max(RUN_US, (LEAST_ANSWERS / ratePerSec) * 1e6);
    const arrivals: number[] = [];
    const gapUs = (): number => (-Math.log(1 - uniform()) / ratePerSec) * 1e6;
    for (let at = 0; at < durationUs; at += gapUs()) arrivals.push(at);
    const request = () => shortRequest(promptTokens, outputTokens);
    const seed = Math.floor(uniform() * 2 ** 31);
    const { answers } = virtualOpenLoop({ server: { ...server, seed }, request }, arrivals);
    const counted = answers.filter(({ sentUs }) => sentUs >= durationUs * RAMP_SHARE);
    const spans = answers.map(({ sentUs, latencyUs }) => ({
      scheduledUs: sentUs,
      finishedUs: sentUs + latencyUs,
    }));
    return {
      requests: counted.length,
      good: counted.filter(isGood).length,
      overloaded: isOverloaded(spans, durationUs),
    };
  };
}

/** One block of a closed loop in model time. */
export function connectionsBlock(
  server: EngineSettings,
  { promptTokens, outputTokens, isGood }: SimulatedTraffic,
  { uniform }: Chance,
): (connections: number) => Block {
  return (connections) => {
    const seed = Math.floor(uniform() * 2 ** 31);
    const request = () => shortRequest(promptTokens, outputTokens);
    const load = { server: { ...server, seed }, connections, durationUs: RUN_US, request, seed };
    const counted = virtualClosedLoop(load).answers.filter(({ sentUs }) => sentUs >= RUN_US * RAMP_SHARE);
    return { requests: counted.length, good: counted.filter(isGood).length, overloaded: false };
  };
}
