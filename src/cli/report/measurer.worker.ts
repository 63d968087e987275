import { parentPort, workerData } from 'node:worker_threads';
import { openRemote } from '../../model/remote.ts';
import { openTape } from '../../store/tape-reader.ts';
import { createMeasurer, type Measured, type MeasurerThreadData } from './measure-runs.ts';

/** One of several threads that read runs of a tape for a report. */

const port = parentPort;
if (port === null) throw new Error('a measurer runs in a worker thread only');
const { path, measure, asked } = workerData as MeasurerThreadData<keyof Measured>;
openRemote(port, createMeasurer(openTape(path), measure, asked), 'the command');
