import { serveTapeProcess } from '../store/writing/serve-tape-process.ts';
import { tapeReadings } from './tape-readings.ts';

/** A recording's tape: the process in which bytes are parsed, redacted, compressed and written while traffic runs. */
serveTapeProcess(tapeReadings);
