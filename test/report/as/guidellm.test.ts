import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guidellmFigures } from '../../../src/measure/as/guidellm.ts';
import { guidellmDocument, guidellmText } from '../../../src/report/as/guidellm.ts';
import { peerFigures, peerRequests } from '../../helpers/peer-requests.ts';
import { RUN } from '../../helpers/sample-records.ts';
import { OPEN_LOAD, sampleRun } from '../../helpers/sample-runs.ts';
import { REASONING_ANSWER, timedAnswer } from '../../helpers/timed-answer.ts';

const figures = guidellmFigures([timedAnswer(REASONING_ANSWER)]);

test('the two tables of guidellm, headers over the columns that they name', () => {
  assert.equal(
    guidellmText(sampleRun(), figures),
    `Run 1 (before, 2x4, http://127.0.0.1:8000) by the definitions of guidellm 0.8, from the stored chunk times:
ℹ Request Latency Statistics (Completed Requests)
|==============|======|=====|=====|=======|=======|=======|=======|=======|=======|======|======|======|======|======|======|
| Benchmark    | Request Latency  | TTFT                  | TTFOT                 | ITL                | TPOT               |
| Strategy     | Sec              | ms                    | ms                    | ms                 | ms                 |
|              | Mean | Mdn | p95 | Mean  | Mdn   | p95   | Mean  | Mdn   | p95   | Mean | Mdn  | p95  | Mean | Mdn  | p95  |
|--------------|------|-----|-----|-------|-------|-------|-------|-------|-------|------|------|------|------|------|------|
| concurrent@4 | 0.2  | 0.2 | 0.2 | 100.0 | 100.0 | 100.0 | 120.0 | 120.0 | 120.0 | 11.4 | 11.4 | 11.4 | 22.5 | 22.5 | 22.5 |
|==============|======|=====|=====|=======|=======|=======|=======|=======|=======|======|======|======|======|======|======|
ℹ Server Throughput Statistics (All Requests)
|==============|=====|=======|=========|==============|===============|==============|
| Benchmark    | Requests              | Input Tokens | Output Tokens | Total Tokens |
| Strategy     | Concurrency | Per Sec | Per Sec      | Per Sec       | Per Sec      |
|              | Mdn | Mean  | Mean    | Mean         | Mean          | Mean         |
|--------------|-----|-------|---------|--------------|---------------|--------------|
| concurrent@4 | 1.0 | 1.0   | 5.0     | 65.0         | 40.0          | 105.0        |
|==============|=====|=======|=========|==============|===============|==============|
`,
  );
});

test('guidellm’s own classes say the same of the same times', () => {
  const ours = flat(guidellmDocument(guidellmFigures(peerRequests())));
  for (const [name, value] of Object.entries(flat(peerFigures<object>('guidellm-0.8.1')))) {
    const own = ours[name] ?? Number.NaN;
    assert.ok(Math.abs(own - value) <= 1e-6 * Math.max(1, value), `${name}: ${own} and ${value}`);
  }
});

function flat(tree: object, path = ''): Record<string, number> {
  return Object.assign(
    {},
    ...Object.entries(tree).map(([name, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null
        ? flat(value, `${path}${name}.`)
        : { [`${path}${name}`]: Number(value) },
    ),
  );
}

test('an open loop’s strategy', () => {
  const settings = { ...RUN.settings, load: OPEN_LOAD };
  const run = sampleRun({ cell: { threads: 1, connections: 4, ratePerSec: 3.2 }, settings });
  assert.match(guidellmText(run, figures), /^\| poisson@3\.20 \|/m);
});

test('the document has the names of a benchmark’s metrics', () => {
  const document = guidellmDocument(figures) as Record<
    string,
    { successful?: { mean?: number; percentiles?: object } }
  >;
  assert.equal(document.time_per_output_token_ms?.successful?.mean, 22.5);
  assert.deepEqual(document.request_latency?.successful?.percentiles, { p95: 0.2, p99: 0.2 });
});
