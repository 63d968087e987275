import { type ChunkTimes, TOKEN_BITS } from '../../model/chunk-times.ts';
import type { Result } from '../../model/result.ts';
import { instant } from '../../report/environment-facts.ts';
import type { Language } from '../../report/messages/languages.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import { axisOf, type ChartPoint, type Plot } from '../../report/plot/chart.ts';
import { el, join, type Markup, text } from '../../report/plot/markup.ts';
import { NONE } from '../../report/quantities.ts';
import { addressOf } from '../address.ts';
import { wordsOf } from '../frame.ts';
import { facts, link, section } from '../listing.ts';
import type { EdgeFacts, ExchangeDetail, RequestDetail } from '../shelf.ts';
import { barePage, type Content } from './content.ts';

interface Where {
  readonly tape: string;
  readonly toolVersion: string;
}

/** One recorded exchange: when its tokens came, its headers and, where they are shown, its bodies. */
export function exchangePage(
  { exchange, chunks, bodies, server }: ExchangeDetail,
  { tape, toolVersion }: Where,
  language: Language,
): Content {
  const w = wordsOf(language);
  const { quantities: q } = messagesOf(language);
  const { id, arrivedUs, method, path, model, requestHeaders, responseHeaders } = exchange;
  const about = [
    [w.path, text(`${method} ${path}`)],
    [w.model, text(model ?? NONE)],
    [w.arrived, text(q.duration(arrivedUs / 1e3))],
    ...answerFacts(exchange, arrivedUs, language),
  ] as const;
  return {
    page: tokensPage(w.exchangeOf(String(id), tape), { chunks, fromUs: arrivedUs, toolVersion }, language),
    more: join([
      section('facts', w.facts, facts(about)),
      section('server', w.server, serverFacts(server, language)),
      section('request-headers', w.requestHeaders, headerFacts(requestHeaders)),
      section('response-headers', w.responseHeaders, headerFacts(responseHeaders)),
      section('bodies', w.bodies, bodyBlocks(bodies, language)),
    ]),
    command: null,
    json: { exchange, chunks, bodies, server },
  };
}

/** One request of a run. */
export function requestPage(
  { result, chunks, server }: RequestDetail,
  { tape, run, toolVersion }: Where & { readonly run: number },
  language: Language,
): Content {
  const w = wordsOf(language);
  const { quantities: q } = messagesOf(language);
  const { seq, exchangeId, scheduledUs, sentUs } = result;
  const about = [
    [w.recordedAs, link(addressOf({ kind: 'exchange', tape, id: exchangeId }, language), String(exchangeId))],
    [w.instants.scheduled, text(q.duration(scheduledUs / 1e3))],
    [w.sent, text(q.duration(sentUs === null ? null : sentUs / 1e3))],
    ...answerFacts(result, sentUs ?? scheduledUs, language),
  ] as const;
  const title = w.requestOf(String(seq), String(run), tape);
  return {
    page: tokensPage(title, { chunks, fromUs: sentUs ?? scheduledUs, toolVersion }, language),
    more: join([
      section('facts', w.facts, facts(about)),
      section('server', w.server, serverFacts(server, language)),
    ]),
    command: null,
    json: { result, chunks, server },
  };
}

type Answer = Pick<
  Result,
  | 'outcome'
  | 'status'
  | 'headersUs'
  | 'firstTokenUs'
  | 'lastTokenUs'
  | 'finishReason'
  | 'promptTokens'
  | 'completionTokens'
  | 'error'
> & { readonly finishedUs: number | null };

/** @param fromUs what times count from */
function answerFacts(
  answer: Answer,
  fromUs: number,
  language: Language,
): readonly (readonly [string, Markup])[] {
  const w = wordsOf(language);
  const { quantities: q } = messagesOf(language);
  const since = (us: number | null): Markup => text(q.duration(us === null ? null : (us - fromUs) / 1e3));
  const { outcome, status, headersUs, firstTokenUs, lastTokenUs, finishedUs } = answer;
  return [
    [w.outcome, text(status === null ? outcome : `${outcome} (${status})`)],
    ...(answer.error === null ? [] : [[w.error, text(answer.error)] as const]),
    [w.instants.headers, since(headersUs)],
    [w.instants.firstToken, since(firstTokenUs)],
    [w.instants.lastToken, since(lastTokenUs)],
    [w.instants.finished, since(finishedUs)],
    [w.prompt, text(q.whole(answer.promptTokens))],
    [w.completion, text(q.whole(answer.completionTokens))],
    [w.finishReason, text(answer.finishReason ?? NONE)],
  ];
}

/** Reads that are drawn; more would not be seen apart. */
const MOST_POINTS = 1_000;
/** Rows of the table behind it. */
const MOST_ROWS = 200;

/** A page with the tokens of one answer over time, as a figure of reports. */
function tokensPage(
  title: string,
  {
    chunks,
    fromUs,
    toolVersion,
  }: { readonly chunks: ChunkTimes; readonly fromUs: number; readonly toolVersion: string },
  language: Language,
) {
  const w = wordsOf(language);
  const plot = tokensPlot(chunks, fromUs, language);
  const page = barePage({ language, toolVersion }, title);
  if (plot === null) return page;
  return {
    ...page,
    sections: [{ id: 'timeline', title: w.timeline, blocks: [{ kind: 'plots', plots: [plot] } as const] }],
  };
}

function tokensPlot(
  { atUs, kinds, tokens, bytes }: ChunkTimes,
  fromUs: number,
  language: Language,
): Plot | null {
  const w = wordsOf(language);
  const { quantities: q } = messagesOf(language);
  let sum = 0;
  const reads = atUs.map((us, i) => {
    const came = ((kinds[i] ?? 0) & TOKEN_BITS) === 0 ? 0 : (tokens[i] ?? 0);
    sum += came;
    return {
      ms: (us - fromUs) / 1e3,
      gapMs: (us - (atUs[i - 1] ?? fromUs)) / 1e3,
      came,
      sum,
      bytes: bytes[i] ?? 0,
    };
  });
  const last = reads.at(-1);
  if (last === undefined || sum === 0) return null;
  const step = Math.ceil(reads.length / MOST_POINTS);
  const drawn = reads.filter((_, i) => i % step === 0 || i === reads.length - 1);
  const points = drawn.map(
    (read): ChartPoint => ({
      x: read.ms,
      y: read.sum,
      words: [q.duration(read.ms), q.whole(read.sum)],
    }),
  );
  const times = points.map(({ x }) => x);
  return {
    id: 'tokens',
    title: w.timeline,
    lead: w.timelineLead(q.whole(reads.length)),
    definition: [w.timelineAbout(q.whole(drawn.length), q.whole(reads.length))],
    drawings: [
      {
        kind: 'chart',
        description: w.timelineDrawn(q.whole(sum), q.duration(last.ms)),
        height: 260,
        x: axisOf(w.time, [0, ...times], q.duration),
        y: axisOf(w.tokens, [0, sum], q.whole),
        layers: [
          {
            kind: 'step',
            series: 0,
            tip: w.timelineTip,
            points: [{ x: 0, y: 0, words: ['0', '0'] }, ...points],
          },
        ],
      },
    ],
    table: {
      header: [w.time, w.gap, w.tokens, w.bytes],
      rows: reads
        .slice(0, MOST_ROWS)
        .map((read) => [
          q.duration(read.ms),
          q.duration(read.gapMs),
          q.whole(read.came),
          q.whole(read.bytes),
        ]),
    },
  };
}

function serverFacts(edges: readonly EdgeFacts[], language: Language): Markup {
  const w = wordsOf(language);
  if (edges.length === 0) return el('p', {}, text(w.serverSilent));
  return join(
    edges.map(({ edge, atMs, facts: known }) =>
      join([
        el('h3', {}, text(w.serverEdge[edge](instant(new Date(atMs).toISOString())))),
        facts(known.map(([name, value]) => [name, text(value)])),
      ]),
    ),
  );
}

function headerFacts(raw: readonly string[]): Markup {
  const pairs = Array.from(
    { length: raw.length >> 1 },
    (_, i) => [raw[2 * i] ?? '', text(raw[2 * i + 1] ?? '')] as const,
  );
  return pairs.length === 0 ? el('p', {}, text(NONE)) : facts(pairs);
}

function bodyBlocks(bodies: ExchangeDetail['bodies'], language: Language): Markup {
  const w = wordsOf(language);
  if (bodies === null) return el('p', {}, text(w.bodiesHidden));
  return join(
    (
      [
        [w.requestBody, bodies.request],
        [w.responseBody, bodies.response],
      ] as const
    ).map(([title, body]) =>
      join([
        el('h3', {}, text(title)),
        body === ''
          ? el('p', {}, text(w.noBody))
          : el(
              'pre',
              { tabindex: '0', role: 'region', 'aria-label': title },
              join(body.split('\n').map((line) => `${text(line)}\n` as Markup)),
            ),
      ]),
    ),
  );
}
