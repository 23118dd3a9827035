/**
 * Who is speaking: put on every span as `service.name`, `service.version` and `service.instance.id`, and on every metric
 * sample as the labels `service` and `instance`. `instanceId` must differ between two processes of one service.
 */
export interface TelemetryIdentity {
  serviceName: string;
  serviceVersion: string;
  instanceId: string;
}

let identity: TelemetryIdentity = { serviceName: 'unknown', serviceVersion: '0', instanceId: String(process.pid) };

/** Remembers who this process is. Called once, by `startTelemetry`; metrics recorded earlier are labelled with it too. */
export function identifyAs(next: TelemetryIdentity): void {
  identity = next;
}

/** The identity of this process; `unknown` and the process id until `startTelemetry` was called. */
export function currentIdentity(): TelemetryIdentity {
  return identity;
}
