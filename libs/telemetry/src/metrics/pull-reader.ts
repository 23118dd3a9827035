import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, MetricReader, type MetricData } from '@opentelemetry/sdk-metrics';
import { currentIdentity } from '../telemetry-identity.js';
import type { Instrument } from './instrument.js';
import { InstrumentProducer } from './instrument-producer.js';
import { observeProcess } from './observe-process.js';

/** Unit suffixes by the OpenTelemetry-to-Prometheus specification, which the JavaScript serializer does not add itself. */
const UNIT_SUFFIXES: Readonly<Record<string, string>> = { s: '_seconds', By: '_bytes', '{nano_usd}': '_nano_usd' };

const IDENTITY_LABELS = /^(?:service|instance)$/;

/** Reads the instruments and the process when asked to, and writes them as Prometheus text; opens no port of its own. */
export class PullReader extends MetricReader {
  readonly #serializer = new PrometheusSerializer(undefined, false, IDENTITY_LABELS, true, true);

  constructor(instruments: readonly Instrument[]) {
    super({ metricProducers: [new InstrumentProducer(instruments)] });
    observeProcess(new MeterProvider({ readers: [this] }).getMeter('switchyard.process'));
  }

  async render(): Promise<string> {
    const { resourceMetrics, errors } = await this.collect();
    if (errors.length > 0) throw new Error('The metrics could not be collected; try again.', { cause: errors[0] });
    const { serviceName, instanceId } = currentIdentity();
    const text = this.#serializer.serialize({
      resource: resourceFromAttributes({ service: serviceName, instance: instanceId }),
      scopeMetrics: resourceMetrics.scopeMetrics.map(({ scope, metrics }) => ({ scope, metrics: metrics.map(rename) })),
    });
    return text.endsWith('\n') ? text : `${text}\n`;
  }

  protected override async onShutdown(): Promise<void> {}

  protected override async onForceFlush(): Promise<void> {}
}

/** The unit is moved into the name and left out otherwise: the `# UNIT` line is OpenMetrics, not Prometheus text. */
function rename(metric: MetricData): MetricData {
  const { name, unit } = metric.descriptor;
  return { ...metric, descriptor: { ...metric.descriptor, name: `${name}${UNIT_SUFFIXES[unit] ?? ''}`, unit: '' } };
}
