import type { ExchangeEnd, ExchangeSink } from '../../model/exchange.ts';

/**
 * A sink for a capture that started later than the zero of the instants that it is given.
 * @param byUs how much later, microseconds
 */
export function shiftedSink(sink: ExchangeSink, byUs: number): ExchangeSink {
  if (byUs === 0) return sink;
  return {
    start: (start) => sink.start({ ...start, arrivedUs: start.arrivedUs - byUs }),
    part: (number, part) => sink.part(number, { ...part, readUs: part.readUs.map((us) => us - byUs) }),
    end: (end) => sink.end(shifted(end, byUs)),
  };
}

function shifted(end: ExchangeEnd, byUs: number): ExchangeEnd {
  const { answer } = end;
  const at = (us: number | null): number | null => (us === null ? null : us - byUs);
  return {
    ...end,
    requestEndUs: at(end.requestEndUs),
    answer: {
      ...answer,
      headersUs: at(answer.headersUs),
      firstByteUs: at(answer.firstByteUs),
      finishedUs: answer.finishedUs - byUs,
      readUs: answer.readUs.map((us) => us - byUs),
    },
  };
}
