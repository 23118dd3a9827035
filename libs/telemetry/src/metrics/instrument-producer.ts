import { ValueType, type HrTime } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type CollectionResult,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { Instrument, InstrumentReading } from './instrument.js';

/**
 * Hands what our own instruments have counted to an OpenTelemetry metric reader: the SDK's bridge for metrics that are
 * aggregated elsewhere. The SDK's own synchronous instruments sort and stringify the attributes on every recording, which
 * costs over a microsecond each and makes garbage; ours find their series with one map look-up.
 */
export class InstrumentProducer implements MetricProducer {
  readonly #startTime = now();

  constructor(private readonly instruments: readonly Instrument[]) {}

  collect(): Promise<CollectionResult> {
    const endTime = now();
    const metrics = this.instruments
      .map((instrument) => instrument.read())
      .filter((reading) => reading.points.length > 0)
      .map((reading) => toMetricData(reading, { startTime: this.#startTime, endTime }));
    const scopeMetrics = [{ scope: { name: 'switchyard' }, metrics }];
    return Promise.resolve({ resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] });
  }
}

function toMetricData(reading: InstrumentReading, times: { startTime: HrTime; endTime: HrTime }): MetricData {
  const common = {
    descriptor: { ...reading.description, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  if (reading.kind === 'histogram') {
    const boundaries = [...reading.boundaries];
    const dataPoints = reading.points.map(({ attributes, counts, sum, count }) => ({
      ...times,
      attributes,
      value: { buckets: { boundaries, counts: [...counts] }, sum, count },
    }));
    return { ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints };
  }
  const dataPoints = reading.points.map(({ attributes, value }) => ({ ...times, attributes, value }));
  if (reading.kind === 'gauge') return { ...common, dataPointType: DataPointType.GAUGE, dataPoints };
  return { ...common, dataPointType: DataPointType.SUM, isMonotonic: reading.kind === 'counter', dataPoints };
}

function now(): HrTime {
  const milliseconds = Date.now();
  return [Math.trunc(milliseconds / 1_000), (milliseconds % 1_000) * 1_000_000];
}
