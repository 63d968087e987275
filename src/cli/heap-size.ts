import { setFlagsFromString } from 'node:v8';

/** What the young generation of a worker's heap begins with, MB twice over: a batch of records is collected, not kept. */
const WORKER_MB = 2;

/**
 * Keeps the young generation of each heap of this process at the size that it begins with: a megabyte twice over for the main
 * thread, twice that for worker threads that are started later.
 *
 * V8 doubles it whenever much survives a collection, up to 64 MB twice over for each thread, and never gives it back.
 * Traffic makes much survive: what an exchange needs lives as long as the exchange. V8 reads how far the young generation
 * may grow only when it makes a heap, and the main thread's is made before any of our code runs; the factor by which it
 * grows is read at each growth.
 */
export function keepYoungHeapsSmall(workerMb = WORKER_MB): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString(`--min-semi-space-size=${workerMb}`);
}

/**
 * The same with a megabyte twice over for all threads, and the old generations are collected sooner: for a command that reads
 * much and keeps little. It halves the memory of a report on a million results for a tenth more CPU; for traffic, whose old
 * generation lives, it costs a third.
 */
export function keepHeapsSmall(): void {
  keepYoungHeapsSmall(1);
  setFlagsFromString('--optimize-for-size');
}
