import type { Dialect } from '../dialect-name.ts';
import type { Family, Labels, Series } from './family.ts';

/** Without the labels that every series of the table's page has. */
type Values = number | Readonly<Record<string, number>> | readonly Series[];

/** One line of a table: a metric, which front ends have it, and where its values come from. */
export interface Line<Page> {
  readonly name: string;
  readonly kind: Family['kind'];
  /** All of them when left out. */
  readonly in?: readonly Dialect[];
  readonly help: string;
  readonly rustHelp?: string;
  /** The label by which a record of values is told apart. */
  readonly by?: string;
  /** The Rust front end shows a series only once it has counted something. */
  readonly lazyInRust?: true;
  readonly values: (page: Page) => Values;
}

/** The table's families that a dialect has. */
export function familiesIn<Page extends { readonly labels: Labels }>(
  table: readonly Line<Page>[],
  dialect: Dialect,
  page: Page,
): readonly Family[] {
  return table
    .filter((line) => line.in?.includes(dialect) ?? true)
    .map(({ name, kind, help, rustHelp, by = '', lazyInRust, values }) => {
      const series = seriesOf(values(page), by, page.labels);
      return {
        name,
        kind,
        help,
        ...(rustHelp === undefined ? {} : { rustHelp }),
        series: lazyInRust && dialect === 'rust' ? series.filter(hasCounted) : series,
      };
    });
}

function seriesOf(values: Values, by: string, labels: Labels): readonly Series[] {
  if (typeof values === 'number') return [{ labels, value: values }];
  if (isSeries(values)) return values;
  return Object.entries(values).map(([name, value]) => ({ labels: { ...labels, [by]: name }, value }));
}

function isSeries(values: Exclude<Values, number>): values is readonly Series[] {
  return Array.isArray(values);
}

function hasCounted(series: Series): boolean {
  if ('value' in series) return series.value > 0;
  return ('histogram' in series ? series.histogram.count : series.summary.count) > 0;
}
