import { parentPort } from 'node:worker_threads';
import { openRemote } from '../../../model/remote.ts';
import { createShareSender } from './share-sender.ts';

/** One of several threads that send a load. */

if (parentPort === null) throw new Error('a sender thread runs in a worker thread only');
openRemote(parentPort, createShareSender(), 'the command');
