/** The variables telemetry is set up from; `process.env` fits. */
export type TelemetryEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * The URL spans are posted to, or undefined when tracing is off. Follows the OTLP exporter specification: the traces
 * variable is used as it stands, the general one gets `/v1/traces` appended; `OTEL_SDK_DISABLED=true` and
 * `OTEL_TRACES_EXPORTER=none` switch off. Throws when the value is not an http(s) URL.
 */
export function tracesEndpointOf(environment: TelemetryEnvironment): string | undefined {
  if (environment['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return undefined;
  if (environment['OTEL_TRACES_EXPORTER']?.trim() === 'none') return undefined;
  const own = environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']?.trim();
  if (own) return checkedUrl('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', own).href;
  const general = environment['OTEL_EXPORTER_OTLP_ENDPOINT']?.trim();
  if (!general) return undefined;
  const url = checkedUrl('OTEL_EXPORTER_OTLP_ENDPOINT', general);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`;
  return url.href;
}

function checkedUrl(variable: string, value: string): URL {
  const url = URL.parse(value);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new Error(`${variable} is not an http(s) URL; set it to one such as http://127.0.0.1:4318, or unset it.`);
}
