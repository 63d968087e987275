import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { openRemote } from '../../model/remote.ts';
import { type S3Place, s3Url } from '../../objects/place.ts';
import { openS3 } from '../../objects/s3.ts';
import type { UploadCounts } from '../../record/recorder-metrics.ts';
import { counted } from '../../report/messages/catalogue.ts';
import { duration } from '../../report/quantities.ts';
import type { Log } from '../terminal/terminal.ts';
import { workerFile } from '../worker-file.ts';
import { markedTapes, markTape, type UploadEvents, type UploadQueue } from './upload-queue.ts';

/**
 * The uploads of a recording, which wait for nothing and which nothing waits for.
 * Starts the thread that uploads, with what earlier recordings in the folder could not send.
 * @param path of the first tape
 * @param onThere called when a tape is in the store
 * @throws UserError without credentials
 */
export function startUploads(place: S3Place, path: string, log: Log, onThere: () => void) {
  openS3(process.env);
  const worker = new Worker(workerFile('uploader', import.meta.url), { workerData: place });
  // A recording that could not begin ends at once.
  worker.unref();
  const waiting = new Set<string>();
  let uploaded = 0;
  let failures = 0;
  let bytes = 0;
  let lastWhy = '';
  let failed = Promise.withResolvers<void>();
  const events: UploadEvents & { sent(size: number): void } = {
    sent(size) {
      bytes += size;
    },
    uploaded(tape, url) {
      waiting.delete(tape);
      uploaded += 1;
      lastWhy = '';
      log.info(`uploaded ${tape} to ${url}`, { tape, url });
      onThere();
    },
    failed(tape, why, pauseMs) {
      failures += 1;
      // It is tried again for as long as it takes: a failure that stays the same is said once.
      if (why !== lastWhy)
        log.warn(`${tape} could not be uploaded, trying again in ${duration(pauseMs)}: ${why}`, { tape });
      lastWhy = why;
      failed.resolve();
    },
  };
  const thread = openRemote<UploadQueue>(worker, events, 'the thread that uploads');
  void thread.gone.then(({ message }) => {
    if (!closing) log.warn(`nothing more is uploaded, the thread died: ${message}`);
  });
  let closing = false;
  const add = (tape: string): void => {
    waiting.add(tape);
    thread.notify('add', tape);
  };
  const left = markedTapes(dirname(path), place);
  if (left.length > 0)
    log.info(`${counted(left.length, 'tape')} of earlier recordings will be uploaded first`);
  for (const tape of left) add(tape);
  return {
    /** A tape is written from now on: it has to go up, by the next recording if not by this one. */
    begin(tape: string): void {
      try {
        markTape(tape, place);
      } catch (error) {
        log.warn(`${tape} could not be marked for upload: ${(error as Error).message}`);
      }
    },
    /** A tape is closed. */
    add,
    /** Whether a tape may go: it is in the store. */
    isThere: (tape: string): boolean => !waiting.has(tape),
    counts: (): UploadCounts => ({ uploaded, failures, waiting: waiting.size, bytes }),
    /**
     * Waits for the last uploads, for so long at the most and not beyond a failure, and gives the number of tapes that are not in
     * the store.
     */
    async finish(ms: number): Promise<number> {
      // A store that fails now may do so for long; one that failed before gets the last tapes once more.
      if (lastWhy === '') failed = Promise.withResolvers();
      const timer = setTimeout(() => failed.resolve(), ms);
      await Promise.race([thread.call('idle').catch(() => undefined), failed.promise]);
      clearTimeout(timer);
      closing = true;
      await worker.terminate();
      if (waiting.size > 0) {
        log.warn(
          `not yet in ${s3Url(place)}: ${counted(waiting.size, 'tape')}, which the next recording in this folder with the same --upload will send`,
          { waiting: waiting.size },
        );
      }
      return waiting.size;
    },
  };
}

export type Uploads = ReturnType<typeof startUploads>;
