import { parentPort, workerData } from 'node:worker_threads';
import { recordedSpans } from '../../formats/writing/otlp-spans.ts';
import { systemTimers } from '../../model/clock.ts';
import { openRemote } from '../../model/remote.ts';
import { openCollector } from '../collector.ts';
import { toolVersion } from '../provenance.ts';
import { createSpanQueue, type SpanEvents } from './span-queue.ts';

/** Writes spans and sends them to a collector, on a thread that traffic does not wait for. */

if (parentPort === null) throw new Error('spans are sent from a worker thread only');
const collector = openCollector(new URL(workerData as string));
const queue = createSpanQueue(
  (exchanges) => collector.send(recordedSpans(exchanges, toolVersion())),
  systemTimers,
  {
    sent: (spans) => owner.notify('sent', spans),
    lost: (spans, why) => owner.notify('lost', spans, why),
    failed: (why) => owner.notify('failed', why),
  },
);
const owner = openRemote<SpanEvents>(parentPort, queue, 'the recorder');
