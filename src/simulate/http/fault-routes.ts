import type { FaultList } from '../faults/fault-list.ts';
import { type Call, JSON_TYPE } from './call.ts';

/** `/_faults`: `GET` shows what is in force, `POST` takes a list in its place, `DELETE` clears it. */
export function faultRoutes(faults: FaultList): Readonly<Record<string, (call: Call) => void>> {
  const show = (call: Call): void => call.send(200, JSON_TYPE, JSON.stringify(faults.all()));
  return {
    'GET /_faults': show,
    'POST /_faults'(call) {
      let list: unknown = null;
      try {
        list = JSON.parse(call.text);
      } catch {
        // The sentence below says what is expected.
      }
      const wrong = faults.replace(list);
      if (wrong === null) show(call);
      else call.send(400, JSON_TYPE, JSON.stringify({ error: wrong }));
    },
    'DELETE /_faults'(call) {
      faults.clear();
      show(call);
    },
  };
}
