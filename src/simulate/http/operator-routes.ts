import { type Speed, USUAL_SPEED } from '../engine/step-time.ts';
import type { Server } from '../server.ts';
import { type Call, JSON_TYPE } from './call.ts';

/**
 * For experiments while it runs. `/_faults`: `GET` shows what is in force, `POST` takes a list in its place, `DELETE`
 * clears it. `/_speed`: factors on the server's times; `POST {"decode":1.05}` makes decoding 5 % slower from the next step
 * on and leaves the rest, `DELETE` sets all back to 1.
 */
export function operatorRoutes({ faults, engine }: Server): Readonly<Record<string, (call: Call) => void>> {
  const show = (call: Call, state: unknown): void => call.send(200, JSON_TYPE, JSON.stringify(state));
  const refuse = (call: Call, error: string): void => call.send(400, JSON_TYPE, JSON.stringify({ error }));
  return {
    'GET /_faults': (call) => show(call, faults.all()),
    'POST /_faults'(call) {
      const wrong = faults.replace(parsed(call.text));
      if (wrong === null) show(call, faults.all());
      else refuse(call, wrong);
    },
    'DELETE /_faults'(call) {
      faults.clear();
      show(call, faults.all());
    },
    'GET /_speed': (call) => show(call, engine.setSpeed({})),
    'POST /_speed'(call) {
      const factors = parsed(call.text);
      const wrong = wrongFactor(factors);
      if (wrong === null) show(call, engine.setSpeed(factors as Partial<Speed>));
      else refuse(call, wrong);
    },
    'DELETE /_speed': (call) => show(call, engine.setSpeed(USUAL_SPEED)),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The refusal names what is expected.
    return null;
  }
}

/** What is wrong with factors on the speed, as a sentence. */
function wrongFactor(factors: unknown): string | null {
  if (typeof factors !== 'object' || factors === null || Array.isArray(factors)) {
    return 'the body must be an object like {"prefill":1,"decode":1.05,"frontEnd":1}';
  }
  const parts = Object.keys(USUAL_SPEED);
  for (const [part, factor] of Object.entries(factors)) {
    if (!parts.includes(part)) return `${part} is not one of ${parts.join(', ')}`;
    if (typeof factor !== 'number' || !(factor > 0)) {
      return `${part} is ${JSON.stringify(factor)}: it must be a number above 0`;
    }
  }
  return null;
}
