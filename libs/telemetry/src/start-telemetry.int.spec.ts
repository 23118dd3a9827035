import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTelemetry } from './start-telemetry.js';
import { currentTraceId, injectTraceContext } from './traces/propagate-trace.js';
import { withSpan } from './traces/with-span.js';

interface Export {
  path: string | undefined;
  body: unknown;
}

const IDENTITY = { serviceName: 'router', serviceVersion: '1.2.3', instanceId: 'router-1' };

describe('startTelemetry', () => {
  const received: Export[] = [];
  let collector: Server;
  let endpoint: string;

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    received.push({ path: request.url, body: await json(request) });
    response.setHeader('content-type', 'application/json').end('{}');
  }

  beforeEach(async () => {
    received.length = 0;
    collector = createServer((request, response) => {
      void receive(request, response);
    });
    collector.listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const address = collector.address();
    if (address === null || typeof address === 'string') throw new Error('The collector listens on no port.');
    endpoint = `http://127.0.0.1:${address.port}`;
  });

  afterEach(async () => {
    collector.closeAllConnections();
    collector.close();
    await once(collector, 'close');
  });

  it('sends spans with the identity of the service to the collector before shutdown returns', async () => {
    const telemetry = await startTelemetry({ ...IDENTITY, environment: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } });
    expect(telemetry.isTracing).toBe(true);
    const traceId = withSpan('plan', { kind: 'server', attributes: () => ({ lane: 'durable' }) }, currentTraceId);
    await telemetry.shutdown();

    expect(received).toHaveLength(1);
    expect(received[0]?.path).toBe('/v1/traces');
    const text = JSON.stringify(received[0]?.body);
    expect(text).toContain(`"traceId":"${traceId}"`);
    for (const value of ['plan', 'durable', 'router', '1.2.3', 'router-1', 'service.instance.id']) {
      expect(text).toContain(`"${value}"`);
    }
  });

  it('obeys the sampler of the standard variables', async () => {
    const environment = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/own`, OTEL_TRACES_SAMPLER: 'always_off' };
    const telemetry = await startTelemetry({ ...IDENTITY, environment });
    withSpan('plan', {}, () => undefined);
    await telemetry.shutdown();
    expect(received).toEqual([]);
  });

  it('refuses to start with a sampler it does not know', async () => {
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER: 'sometimes' };
    await expect(startTelemetry({ ...IDENTITY, environment })).rejects.toThrow('OTEL_TRACES_SAMPLER');
  });

  it('refuses to start with an endpoint that is no URL', async () => {
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' };
    await expect(startTelemetry({ ...IDENTITY, environment })).rejects.toThrow('OTEL_EXPORTER_OTLP_ENDPOINT');
  });

  it('does not trace when no endpoint is set', async () => {
    const telemetry = await startTelemetry({ ...IDENTITY, environment: {} });
    const headers: string[] = [];
    const isRecording = withSpan('plan', {}, (span) => {
      injectTraceContext((name) => headers.push(name));
      return span.isRecording();
    });
    await telemetry.shutdown();
    expect({ isTracing: telemetry.isTracing, isRecording, headers }).toEqual({
      isTracing: false,
      isRecording: false,
      headers: [],
    });
  });
});
