import type { Chart, ChartPoint, Layer } from './chart.ts';
import { axisX, axisY, type Frame, svgOf, WIDTH, wordsAt } from './drawing.ts';
import { el, join, type Markup, round } from './markup.ts';
import { makeScale, type Scale } from './scale.ts';

const MARGIN = { left: 92, right: 40, top: 40, bottom: 56 } as const;

/** Colours repeat, dashed, from this number of series on. */
const COLOURS = 8;

/** Draws a chart as SVG. Values for the pointer stand as data beside the marks; `id` names its title and description. */
export function drawChart(chart: Chart, id: string, title: string): Markup {
  const { height, layers } = chart;
  const frame = {
    left: MARGIN.left,
    right: WIDTH - MARGIN.right,
    top: MARGIN.top,
    bottom: height - MARGIN.bottom,
  };
  const x = makeScale(chart.x.kind, chart.x.domain, [frame.left, frame.right]);
  const y = makeScale(chart.y.kind, chart.y.domain, [frame.bottom, frame.top]);
  const drawn = layers.map((layer) => drawLayer(layer, { x, y, ...frame }));
  return svgOf(id, title, chart.description, height, [
    axisX(chart.x, x, frame),
    axisY(chart.y, y, frame),
    ...drawn,
  ]);
}

/** Classes of a series' marks. */
export function seriesClass(series: number): string {
  return `s${series % COLOURS}${series >= COLOURS ? ' again' : ''}`;
}

function drawLayer(layer: Layer, place: Frame & Scales): Markup {
  switch (layer.kind) {
    case 'rule':
      return rule(layer, place);
    case 'diagonal':
      return diagonal(layer, place);
    case 'bars':
      return bars(layer, place);
    case 'dots':
      return marks(layer, layer.points, 'dots', dots(layer.points, place), place);
    case 'linked-dots':
      return join([
        marks(layer, layer.points, 'line', polyline(layer.points, place, 'line'), place),
        el('path', { class: `mark dots large ${seriesClass(layer.series)}`, d: dots(layer.points, place) }),
      ]);
    default:
      return marks(layer, layer.points, 'line', polyline(layer.points, place, layer.kind), place);
  }
}

interface Scales {
  readonly x: Scale;
  readonly y: Scale;
}

type LayerOf<K extends Layer['kind']> = Extract<Layer, { kind: K }>;

function rule({ at, label }: LayerOf<'rule'>, { x, left, right, top, bottom }: Frame & Scales): Markup {
  const position = x.at(at);
  const end = position > (left + right) / 2;
  return join([
    el('line', { class: 'rule', x1: position, x2: position, y1: top, y2: bottom }),
    wordsAt('note', end ? position - 6 : position + 6, top + 16, label, end ? 'end' : 'start'),
  ]);
}

function diagonal({ label }: LayerOf<'diagonal'>, { left, right, top, bottom }: Frame): Markup {
  return join([
    el('line', { class: 'rule', x1: left, x2: right, y1: bottom, y2: top }),
    wordsAt('note', right - 60, top + 16, label, 'end'),
  ]);
}

function bars(layer: LayerOf<'bars'>, place: Frame & Scales): Markup {
  const { x, y, bottom } = place;
  const path = layer.points.map((point) => {
    const from = x.at(point.x);
    const width = Math.max(0.5, x.at(point.x + layer.width) - from);
    return `M${round(from)} ${round(bottom)}V${round(y.at(point.y))}h${round(width)}V${round(bottom)}z`;
  });
  const middles = layer.points.map((point) => ({ ...point, x: point.x + layer.width / 2 }));
  return marks(layer, middles, 'bars', path.join(''), place);
}

/** The marks of a series in one path, and the data of their tooltips. */
function marks(
  { series, tip }: { readonly series: number; readonly tip: string },
  points: readonly ChartPoint[],
  look: string,
  path: string,
  { x, y }: Scales,
): Markup {
  return el('path', {
    class: `mark ${look} ${seriesClass(series)}`,
    d: path,
    'data-x': points.map((point) => round(x.at(point.x))).join(' '),
    'data-y': points.map((point) => round(y.at(point.y))).join(' '),
    'data-tip': tip,
    'data-words': points.map(({ words }) => words.join(';')).join('|'),
  });
}

function polyline(points: readonly ChartPoint[], { x, y }: Scales, kind: 'line' | 'step' | 'rise'): string {
  return points
    .map((point, i) => {
      const [atX, atY] = [round(x.at(point.x)), round(y.at(point.y))];
      if (i === 0) return `M${atX} ${atY}`;
      return { line: `L${atX} ${atY}`, step: `H${atX}V${atY}`, rise: `V${atY}H${atX}` }[kind];
    })
    .join('');
}

/** Lines of no length: with round ends they are dots, at ten bytes each. */
function dots(points: readonly ChartPoint[], { x, y }: Scales): string {
  return points.map((point) => `M${round(x.at(point.x))} ${round(y.at(point.y))}h0`).join('');
}
