import type { TurnSender } from './turn-sender.ts';

/** A sender that keeps count of the requests that are on their way, where other threads can read it. */
export function countInFlight(sender: TurnSender, count: Int32Array): TurnSender {
  return {
    ...sender,
    send(connection, turn, onEnd) {
      Atomics.add(count, 0, 1);
      sender.send(connection, turn, (result) => {
        Atomics.sub(count, 0, 1);
        onEnd(result);
      });
    },
    get retried() {
      return sender.retried;
    },
  };
}
