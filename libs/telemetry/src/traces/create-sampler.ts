import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import type { TelemetryEnvironment } from './traces-endpoint.js';

const ROOT_SAMPLERS: Readonly<Record<string, (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
};

/**
 * The sampler named by `OTEL_TRACES_SAMPLER` (`always_on`, `always_off`, `traceidratio`, or one of them after
 * `parentbased_`; default `parentbased_always_on`) with the share of `OTEL_TRACES_SAMPLER_ARG` (0 to 1, default 1).
 * Throws on any other value: a misspelt sampler must not silently trace everything.
 */
export function createSampler(environment: TelemetryEnvironment): Sampler {
  const name = environment['OTEL_TRACES_SAMPLER']?.trim() || 'parentbased_always_on';
  const isParentBased = name.startsWith('parentbased_');
  const createRoot = ROOT_SAMPLERS[isParentBased ? name.slice('parentbased_'.length) : name];
  if (createRoot === undefined) {
    throw new Error(`OTEL_TRACES_SAMPLER is not a known sampler; use one such as parentbased_traceidratio.`);
  }
  const root = createRoot(ratioOf(environment['OTEL_TRACES_SAMPLER_ARG']));
  return isParentBased ? new ParentBasedSampler({ root }) : root;
}

function ratioOf(value: string | undefined): number {
  const text = value?.trim();
  if (!text) return 1;
  const ratio = Number(text);
  if (ratio >= 0 && ratio <= 1) return ratio;
  throw new Error('OTEL_TRACES_SAMPLER_ARG is not a number from 0 to 1; set it to the share of traces to keep.');
}
