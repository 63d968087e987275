import { parentPort } from 'node:worker_threads';
import { openRemote } from '../../model/remote.ts';
import { createProxy, type ProxyEvents } from './proxy.ts';

/** One of several proxy threads on one port. */

if (parentPort === null) throw new Error('a proxy thread runs in a worker thread only');
const proxy = createProxy({
  left: (number) => command.notify('left', number),
  stats: (stats) => command.notify('stats', stats),
});
const command = openRemote<ProxyEvents>(parentPort, proxy, 'the command');
