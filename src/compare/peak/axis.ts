/** What a search varies, a closed list, and whether its loads are whole numbers. */
export const AXES = {
  /** Mean arrivals per second of an open loop. */
  rate: { whole: false },
  /** Concurrent connections of a closed loop. */
  connections: { whole: true },
  /** Speed of the recorded arrivals: 2 is twice as fast. */
  'time-scale': { whole: false },
} as const satisfies Readonly<Record<string, { readonly whole: boolean }>>;

export type Axis = keyof typeof AXES;

export const AXIS_NAMES = Object.keys(AXES) as readonly Axis[];
