import type { EngineState } from './engine.ts';
import { type CacheConfig, cacheConfigFamily } from './metrics/cache-config.ts';
import { ENGINE_FAMILIES } from './metrics/engine-families.ts';
import type { FiguresOptions } from './metrics/engine-figures.ts';
import type { Family } from './metrics/family.ts';
import { familiesIn } from './metrics/family-table.ts';
import { createFiguresCounter, type FiguresCounter } from './metrics/figures-counter.ts';
import { createHttpFigures, HTTP_FAMILIES, type HttpAnswer } from './metrics/http-figures.ts';
import { openMetricsText } from './metrics/openmetrics-text.ts';
import { type ProcessUse, processFamilies } from './metrics/process-families.ts';
import { prometheusText } from './metrics/prometheus-text.ts';
import { DRAFT_FAMILIES, REQUEST_FAMILIES } from './metrics/request-families.ts';

export interface ServerMetricsOptions extends FiguresOptions {
  readonly model: string;
  /** Null where there is no cache. */
  readonly cache: CacheConfig | null;
  /** Several API servers share their metrics in files, and no process's own are among them. */
  readonly apiServerCount: number;
}

/** What the server counts of itself, and `/metrics` as its front end shows it. */
export interface ServerMetrics {
  readonly counter: FiguresCounter;
  answered(answer: HttpAnswer): void;
  page(state: EngineState, process: ProcessUse): MetricsPage;
}

export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

export function createServerMetrics(options: ServerMetricsOptions): ServerMetrics {
  const { dialect, model, cache, apiServerCount, draftTokens } = options;
  const counter = createFiguresCounter(options);
  const http = createHttpFigures();
  const labels = { model_name: model, engine: '0' };

  function families(state: EngineState, process: ProcessUse): readonly Family[] {
    const page = { figures: counter.figures, state, labels };
    const rust = dialect === 'rust';
    return [
      ...(rust || apiServerCount > 1 ? [] : processFamilies(process)),
      ...familiesIn(ENGINE_FAMILIES, dialect, page),
      ...(rust || draftTokens > 0 ? familiesIn(DRAFT_FAMILIES, dialect, page) : []),
      ...familiesIn(REQUEST_FAMILIES, dialect, page),
      ...(rust || cache === null ? [] : [cacheConfigFamily(dialect, cache)]),
      ...familiesIn(HTTP_FAMILIES, dialect, http.page),
    ];
  }

  return {
    counter,
    answered: http.answered,
    page(state, process) {
      const all = families(state, process);
      if (dialect === 'rust') {
        const contentType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
        return { contentType, text: openMetricsText(all) };
      }
      const version = dialect === 'v0.8.5' ? '0.0.4' : '1.0.0';
      return {
        contentType: `text/plain; version=${version}; charset=utf-8`,
        text: prometheusText(all, process.startedSec),
      };
    },
  };
}
