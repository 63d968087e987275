import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, parse } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readSmallFile } from '../../formats/reading/small-file.ts';
import type { Timers } from '../../model/timers.ts';
import { type S3Place, s3Url } from '../../objects/place.ts';
import type { S3Store } from '../../objects/s3.ts';
import { settleTape } from '../../store/writing/settle-tape.ts';
import { createRetryPause } from './retry-pause.ts';

/** What comes of uploads; called on the thread that sends. */
export interface UploadEvents {
  uploaded(path: string, url: string): void;
  /** It is tried again after this time. */
  failed(path: string, why: string, pauseMs: number): void;
}

/** Between two tries, ms. */
const LONGEST_PAUSE_MS = 60_000;

/**
 * Sends tapes one after another, each until it is there.
 * @param place the prefix of the tapes' names
 */
export function createUploadQueue(store: S3Store, place: S3Place, timers: Timers, events: UploadEvents) {
  const waiting: string[] = [];
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    const pause = createRetryPause(timers, LONGEST_PAUSE_MS);
    for (let path = waiting[0]; path !== undefined; path = waiting[0]) {
      try {
        const url = await send(path);
        waiting.shift();
        pause.reset();
        unmarkTape(path);
        events.uploaded(path, url);
      } catch (error) {
        events.failed(path, (error as Error).message, pause.nextMs());
        // It was removed: there is nothing to wait for.
        if (!existsSync(path)) waiting.shift();
        else await pause.wait();
      }
    }
    running = null;
  }

  /** The checksum's object comes last: where it is, the tape is whole. One that is there already is not sent again. */
  async function send(path: string): Promise<string> {
    let key = `${place.key}${basename(path)}`;
    const there = await store.read({ ...place, key: `${key}.sha256` });
    if (there !== null) {
      const sha256 = await sha256Of(path);
      if (there.startsWith(sha256)) return s3Url({ ...place, key });
      // Another recorder, or an earlier life of this one, has a tape of the same name.
      const { name, ext } = parse(key);
      key = `${key.slice(0, key.length - name.length - ext.length)}${name}-${sha256.slice(0, 8)}${ext}`;
    }
    const sha256 = await store.upload(path, { ...place, key });
    await store.write({ ...place, key: `${key}.sha256` }, `${sha256}  ${basename(key)}\n`);
    return s3Url({ ...place, key });
  }

  return {
    add(path: string): void {
      waiting.push(path);
      running ??= run();
    },
    /** Resolves when nothing waits. */
    async idle(): Promise<void> {
      while (running !== null) await running;
    },
  };
}

export type UploadQueue = ReturnType<typeof createUploadQueue>;

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Beside a tape that has to go up: it outlives the process, so that the next one sends what this one could not. */
const markOf = (path: string): string => `${path}.upload`;

export function markTape(path: string, place: S3Place): void {
  writeFileSync(markOf(path), `${s3Url(place)}\n`, { mode: 0o600 });
}

function placeOfMark(path: string): string | null {
  const text = readSmallFile(markOf(path));
  return typeof text === 'string' ? null : text.toString('utf8').trim();
}

function unmarkTape(path: string): void {
  rmSync(markOf(path), { force: true });
}

/** Tapes of a folder that earlier recordings could not send to this place; those that are still written are left out. */
export function markedTapes(folder: string, place: S3Place): readonly string[] {
  const end = markOf('');
  return readdirSync(folder)
    .filter((name) => name.endsWith(end))
    .map((name) => join(folder, name.slice(0, -end.length)))
    .filter((path) => existsSync(path) && placeOfMark(path) === s3Url(place))
    .filter(settleTape);
}
