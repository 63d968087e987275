import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addTrafficOptions, type TrafficOptions } from '../../../src/cli/replay/replay-options.ts';
import { trafficSettings } from '../../../src/cli/replay/replay-settings.ts';

function parse(...words: readonly string[]): TrafficOptions {
  return addTrafficOptions(new Command()).parse(words, { from: 'user' }).opts<TrafficOptions>();
}

test('what commander gives without words is understood, and says what the help says', () => {
  const settings = trafficSettings(parse(), {});
  const help = addTrafficOptions(new Command()).helpInformation().replaceAll(/\s+/g, ' ');
  assert.deepEqual([settings.durationUs, settings.timeoutUs], [60e6, 30e6]);
  for (const [name, value] of Object.entries({
    order: settings.order,
    aborts: settings.aborts,
    cache: settings.cache,
    lengths: settings.rewrite.lengths,
    stream: settings.rewrite.stream,
    usage: settings.rewrite.usage,
    workers: settings.workers ?? 'auto',
    seed: settings.seed,
  })) {
    assert.match(help, new RegExp(`--${name} <[a-z]+> [^<]*\\(default: "${value}"\\)`), name);
  }
});

test('the direction of the time scale is told', () => {
  const help = addTrafficOptions(new Command()).helpInformation().replaceAll(/\s+/g, ' ');
  assert.match(help, /--time-scale <factor> [^<]*2 sends in half the time/);
});

test('loop is undefined, true or false; repeated words are kept in order', () => {
  assert.deepEqual([parse().loop, parse('--loop').loop, parse('--no-loop').loop], [undefined, true, false]);
  const { select, model, header } = parse(
    ...['--select', 'a=b', '--select', 'c=d', '--model', 'x', '--model', 'y=z', '--header', 'A: b'],
  );
  assert.deepEqual([select, model, header], [['a=b', 'c=d'], ['x', 'y=z'], ['A: b']]);
});
