import type { LiveEngine } from '../engine/live-engine.ts';
import { type Speed, USUAL_SPEED } from '../engine/step-time.ts';
import { type Call, JSON_TYPE } from './call.ts';

const PARTS = Object.keys(USUAL_SPEED) as (keyof Speed)[];

/**
 * `/_speed`: factors on the server's times for experiments while it runs. `POST {"decode":1.05}` makes decoding 5 % slower
 * from the next step on and leaves the rest, `DELETE` sets all back to 1, `GET` shows what is in force.
 */
export function speedRoutes(engine: LiveEngine): Readonly<Record<string, (call: Call) => void>> {
  const change = (call: Call, factors: Partial<Speed>): void =>
    call.send(200, JSON_TYPE, JSON.stringify(engine.setSpeed(factors)));
  return {
    'GET /_speed': (call) => change(call, {}),
    'POST /_speed'(call) {
      const factors = readFactors(call.text);
      if (typeof factors === 'string') call.send(400, JSON_TYPE, JSON.stringify({ error: factors }));
      else change(call, factors);
    },
    'DELETE /_speed': (call) => change(call, USUAL_SPEED),
  };
}

/** Gives a sentence when there is something wrong. */
function readFactors(text: string): Partial<Speed> | string {
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // The sentence below says what is expected.
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'the body must be an object like {"prefill":1,"decode":1.05,"frontEnd":1}';
  }
  for (const [part, factor] of Object.entries(value)) {
    if (!PARTS.includes(part as keyof Speed)) return `${part} is not one of ${PARTS.join(', ')}`;
    if (typeof factor !== 'number' || !(factor > 0)) {
      return `${part} is ${JSON.stringify(factor)}: it must be a number above 0`;
    }
  }
  return value;
}
