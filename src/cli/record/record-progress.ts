import { sufficientPercentile } from '../../measure/distribution.ts';
import type { Digest } from '../../model/digest.ts';
import type { RecorderStats } from '../../record/start-recorder.ts';
import { duration, whole } from '../../report/quantities.ts';
import { createLiveFigures, type LiveStand } from '../terminal/live-figures.ts';
import { counted, type LiveText, liveText } from '../terminal/live-text.ts';

/** What a recorder shows while it runs. */
export interface RecordProgress {
  add(digests: readonly Digest[]): void;
  status(
    stats: RecorderStats,
    drops: Readonly<Record<string, number>>,
  ): LiveText & { readonly fields: Readonly<Record<string, unknown>> };
}

/** @param nowUs the monotonic clock; it is not asked for each exchange */
export function createRecordProgress(nowUs: () => number): RecordProgress {
  const startedUs = nowUs();
  const figures = createLiveFigures(startedUs);
  return {
    add: (digests) =>
      figures.add(
        digests.filter(({ ignored }) => ignored !== true),
        nowUs(),
      ),
    status({ inFlight, requests, recorded, resent }, drops) {
      const now = nowUs();
      const stand = figures.stand(now);
      const dropped = Object.values(drops).reduce((sum, n) => sum + n, 0);
      const time = duration((now - startedUs) / 1e3);
      const title = `${time}, ${counted(requests, 'request')}, ${whole(recorded)} recorded`;
      const more = [`${whole(stand.aborted)} aborted`, `${whole(dropped)} dropped`];
      const fields = { requests, recorded, resent, inFlight, ...fieldsOf(stand), dropped };
      return { ...liveText(stand, { title, inFlight, more }), fields };
    },
  };
}

/** The stand by the names of the JSON log; a percentile that too few requests carry is null. */
function fieldsOf({
  ended: _ended,
  ttftMs,
  e2elMs,
  ...counts
}: LiveStand): Readonly<Record<string, number | null>> {
  return {
    ...counts,
    ttftP50Ms: sufficientPercentile(ttftMs, 'p50'),
    ttftP99Ms: sufficientPercentile(ttftMs, 'p99'),
    e2elP50Ms: sufficientPercentile(e2elMs, 'p50'),
    e2elP99Ms: sufficientPercentile(e2elMs, 'p99'),
  };
}
