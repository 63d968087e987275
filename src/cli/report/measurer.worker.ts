import { parentPort, workerData } from 'node:worker_threads';
import type { Run } from '../../model/run.ts';
import { openTape } from '../../store/tape-reader.ts';
import { MEASURES } from './measure-run.ts';
import type { MeasurerThreadData } from './measure-runs.ts';

/** One of several threads that read runs of a tape for a report: it is sent a run and answers with what it measured. */

const port = parentPort;
if (port === null) throw new Error('a measurer runs in a worker thread only');
const { path, measure, slo } = workerData as MeasurerThreadData;
const tape = openTape(path);
port.on('message', (run: Run) => port.postMessage(MEASURES[measure](tape, run, slo)));
