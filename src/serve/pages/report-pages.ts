import { cellName } from '../../model/run.ts';
import { runsDocument } from '../../report/json.ts';
import type { Language } from '../../report/messages/languages.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import { el, join, type Markup, text } from '../../report/plot/markup.ts';
import { runsPage } from '../../report/runs-page.ts';
import type { ReportedRun, RunsReport, TrafficReport } from '../../report/runs-report.ts';
import { trafficPage } from '../../report/traffic-page.ts';
import { ALL_ROWS, addressOf } from '../address.ts';
import { wordsOf } from '../frame.ts';
import { link, listTable, section } from '../listing.ts';
import type { ListQuery, SideName } from '../shelf.ts';
import { type Content, commandOf } from './content.ts';

/** A tape's traffic, as `reprise report --traffic` has it. */
export function tapePage(report: TrafficReport, language: Language): Content {
  return {
    page: trafficPage(report, language),
    more: text(''),
    command: commandOf('report', report.tape, '--traffic', '--out', 'traffic.html'),
    json: { ...report.figures, traffic: report.traffic },
  };
}

/** The report of a run or a label, with the way to the requests behind its plots. */
export function reportPage(report: RunsReport, { tape, runs }: SideName, language: Language): Content {
  const w = wordsOf(language);
  const byId = /^\d+(,\d+)*$/.test(runs);
  return {
    page: runsPage(report, language),
    more: section(
      'requests',
      w.behind,
      el('p', {}, text(w.behindLead)),
      ...report.runs.map((run) => requestsOfRun(run, tape, report.runs.length === 1, language)),
    ),
    command: commandOf(
      'report',
      report.tape,
      byId ? '--run' : '--label',
      runs,
      '--format',
      'html',
      '--out',
      'report.html',
    ),
    json: runsDocument(report.runs),
  };
}

/** @param open the steps are shown at once */
function requestsOfRun(
  { summary, series }: ReportedRun,
  tape: string,
  open: boolean,
  language: Language,
): Markup {
  const w = wordsOf(language);
  const { quantities: q } = messagesOf(language);
  const { id, label, cell, outcomes } = summary;
  const to = (query: Partial<ListQuery>): string =>
    addressOf({ kind: 'requests', tape, runs: [id], query: { ...ALL_ROWS, ...query } }, language);
  const links = [
    link(to({}), w.allRequests),
    link(to({ order: 'longest' }), w.longestRequests),
    ...(Object.entries(outcomes) as [keyof typeof outcomes, number][])
      .filter(([outcome, n]) => outcome !== 'ok' && n > 0)
      .map(([outcome, n]) => link(to({ outcome }), w.failedRequests(outcome, q.whole(n)))),
  ];
  const { bins, binMs } = series.timeline;
  const title = w.runOf(String(id), label, cellName(cell));
  const steps = listTable(
    `${title}: ${w.overTime}`,
    [
      {
        head: text(w.step),
        word: true,
        cell: ({ startMs }) =>
          link(
            to({ fromMs: Math.floor(startMs), toMs: Math.ceil(startMs + binMs), order: 'longest' }),
            `${q.duration(startMs)} – ${q.duration(startMs + binMs)}`,
          ),
      },
      { head: text(w.inFlight), cell: ({ inFlight }) => text(String(Number(inFlight.toFixed(1)))) },
      { head: text(w.rate), cell: ({ requestsPerSec }) => text(q.rate(requestsPerSec)) },
      { head: text(w.errors), cell: ({ errors }) => text(q.whole(errors)) },
    ],
    bins,
  );
  return el(
    'details',
    { open },
    el('summary', {}, text(title)),
    el('p', {}, join(links.flatMap((one, i) => (i === 0 ? [one] : [text(' · '), one])))),
    steps,
  );
}
