import { metrics } from './metrics.js';
import type { PullReader } from './pull-reader.js';

let opening: Promise<PullReader> | undefined;

/** The one reader of this process's metrics. The metrics SDK is loaded on the first call: a mere recorder never needs it. */
export function openMetricReader(): Promise<PullReader> {
  opening ??= import('./pull-reader.js').then(({ PullReader: Reader }) => new Reader(Object.values(metrics)));
  return opening;
}
