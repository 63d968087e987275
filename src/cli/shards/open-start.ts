import { createHash, randomBytes } from 'node:crypto';
import { systemClock, systemTimers } from '../../model/clock.ts';
import type { Shard } from '../../model/run.ts';
import { type CommonStart, startAtTime } from '../../replay/shards/common-start.ts';
import { joinBarrier } from '../../replay/shards/join-barrier.ts';
import { serveBarrier } from '../../replay/shards/serve-barrier.ts';
import { toolVersion } from '../provenance.ts';
import { say } from '../terminal/terminal.ts';
import type { StartSetting } from './shard-settings.ts';

/** The start that a shard has in common with the others, for as long as the command runs. */
export interface OpenStart {
  readonly shard: Shard;
  readonly start: CommonStart;
  /** This shard was asked to stop, by a signal. */
  readonly stopped: AbortSignal;
  /** Takes leave of the other shards. */
  close(): Promise<void>;
}

/**
 * Comes to the common start; shard 0 serves the barrier.
 * @param signal gives up waiting
 * @throws UserError (as a rejection) where no barrier can be had
 */
export async function openStart(
  shard: Shard,
  setting: StartSetting,
  signal: AbortSignal,
): Promise<OpenStart> {
  if (setting.kind === 'time') {
    const start = startAtTime(
      shard.index,
      setting.atMs,
      { ...systemClock, after: systemTimers.after },
      signal,
    );
    return { shard, start, stopped: signal, close: async () => undefined };
  }
  const { url, waitMs } = setting;
  const common = { version: toolVersion(), waitMs, timers: systemTimers };
  const server =
    shard.index !== 0
      ? null
      : await serveBarrier({
          ...common,
          host: url.hostname.replace(/^\[|\]$/g, ''),
          port: Number(url.port === '' ? 80 : url.port),
          of: shard.of,
          session: randomBytes(8).toString('hex'),
        });
  if (server !== null) say(`waiting for ${shard.of} shards at ${server.url.origin}`);
  try {
    const start = await joinBarrier({
      ...common,
      url: server?.url ?? url,
      shard,
      clock: systemClock,
      signal,
    });
    return {
      shard,
      start,
      stopped: signal,
      async close() {
        start.close();
        await server?.close();
      },
    };
  } catch (error) {
    await server?.close();
    throw error;
  }
}

/** A short name of what all shards of a run must have in common. */
export function identityOf(facts: unknown): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}
