import { createSegmentSink, type SegmentSink } from '../../src/cli/record/segment-sink.ts';
import type { TapeSeries } from '../../src/cli/record/tape-series.ts';

/** Writes to a series of tapes, as a proxy does. */
export function seriesWriter(tapes: TapeSeries): SegmentSink {
  const segments = createSegmentSink(
    (number) => number,
    (number) => member.left(number),
  );
  const member = tapes.join(segments.enter);
  return segments;
}
