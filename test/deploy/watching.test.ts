import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { createReplayMetrics } from '../../src/cli/replay/replay-metrics.ts';
import { createRecorderMetrics } from '../../src/record/recorder-metrics.ts';
import { OK_ANSWER as OK, parseMetrics, sampleValue } from '../helpers/metrics-page.ts';

const read = (file: string): string =>
  readFileSync(new URL(`../../deploy/grafana/${file}`, import.meta.url), 'utf8');

function recorderPage(): string {
  const metrics = createRecorderMetrics();
  metrics.add([OK]);
  return metrics.page({
    inFlight: 0,
    requests: 0,
    recorded: 0,
    resent: 0,
    refused: 0,
    connections: 0,
    connectionsRefused: 0,
    messagesDropped: 0,
    queuedBytes: 0,
    queueLimitBytes: 1,
    drops: {},
    loopDelaySec: { p50: 0, p99: 0, max: 0 },
    forward: { seconds: 0, count: 0 },
    trouble: null,
    upload: { uploaded: 0, waiting: 0, failures: 0, bytes: 0 },
    spans: { sent: 0, dropped: 0, waiting: 0 },
  });
}

function replayPage(): string {
  const metrics = createReplayMetrics();
  metrics.prepare({ label: 'a"b\\', target: 'http://h', load: '2x8', number: 1, of: 3 });
  metrics.send(() => 7);
  metrics.add([OK, { ...OK, outcome: 'http_error', status: 503 }]);
  return metrics.page({});
}

test('a running replay is a page of OpenMetrics', () => {
  const page = replayPage();
  assert.match(page, /\n# EOF\n$/);
  assert.match(page, /^# TYPE reprise_replay_answers counter$/m);
  assert.match(
    page,
    /^reprise_replay_run_info\{label="a\\"b\\\\",target="http:\/\/h",load="2x8",run="1"\} 1$/m,
  );
  assert.equal(sampleValue(page, 'reprise_replay_answers_total', { outcome: 'ok' }), 1);
  assert.equal(sampleValue(page, 'reprise_replay_statuses_total', { status: '503' }), 1);
  assert.equal(sampleValue(page, 'reprise_replay_requests_in_flight'), 7);
  assert.equal(sampleValue(page, 'reprise_replay_generation_tokens_total'), 10);
  // OpenMetrics: samples of a family follow its TYPE, and the family of a counter has no suffix.
  for (const [family, { type, samples }] of parseMetrics(page)) {
    assert.notEqual(type, '', family);
    assert.equal(family.endsWith('_total'), false, family);
    for (const { name } of samples) assert.ok(name.startsWith(family), name);
  }
});

interface Panel {
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}

test('dashboard and alert rules name only metrics and labels that exist', () => {
  const dashboard = JSON.parse(read('dashboard.json')) as {
    readonly panels: readonly Panel[];
    readonly annotations: { readonly list: readonly { readonly expr: string }[] };
    readonly templating: { readonly list: readonly { readonly query: { readonly query: string } }[] };
  };
  const alerts = parse(read('alerts.yml')) as {
    readonly groups: readonly {
      readonly rules: readonly { readonly alert: string; readonly expr: string }[];
    }[];
  };
  const panels = dashboard.panels.filter(({ type }) => type !== 'row');
  const expressions = [
    ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...dashboard.annotations.list.map(({ expr }) => expr),
    ...dashboard.templating.list.map(({ query }) => query.query),
    ...alerts.groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
  ];
  const samples = [recorderPage(), replayPage()]
    .flatMap((page) => [...parseMetrics(page).values()])
    .flatMap((family) => family.samples);
  const names = new Set(samples.map(({ name }) => name));
  const labels = new Set([
    'job',
    'instance',
    '__name__',
    ...samples.flatMap((sample) => Object.keys(sample.labels)),
  ]);
  assert.ok(expressions.length > 30);
  for (const expression of expressions) {
    const named = expression.match(/\breprise_\w+/g) ?? [];
    assert.ok(named.length > 0, expression);
    for (const name of named) assert.ok(names.has(name), `${name} in ${expression}`);
    const by = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, */));
    const matched = [...expression.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label = '']) => label);
    for (const label of [...by, ...matched]) assert.ok(labels.has(label), `${label} in ${expression}`);
  }
  assert.ok(alerts.groups[0]?.rules.some(({ alert }) => alert === 'RepriseRecordsLost'));
});
