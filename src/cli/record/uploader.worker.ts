import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { systemTimers } from '../../model/clock.ts';
import { openRemote } from '../../model/remote.ts';
import type { S3Place } from '../../objects/place.ts';
import { openS3 } from '../../objects/s3.ts';
import { createUploadQueue, type UploadEvents } from './upload-queue.ts';

/** Reads, hashes and sends tapes on a thread that gives way to the traffic's. */

if (parentPort === null) throw new Error('the uploader runs in a worker thread only');
// Linux has a priority for each thread, and 0 means the calling one; elsewhere it would be the whole process's.
if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_LOW);
const store = openS3(process.env, { onSent: (bytes) => owner.notify('sent', bytes) });
const queue = createUploadQueue(store, workerData as S3Place, systemTimers, {
  uploaded: (path, url) => owner.notify('uploaded', path, url),
  failed: (path, why, pauseMs) => owner.notify('failed', path, why, pauseMs),
});
const owner = openRemote<UploadEvents & { sent(bytes: number): void }>(parentPort, queue, 'the recorder');
