/** What a local nats-server is told. Folders are absolute. `monitoringPort` opens its HTTP monitoring; off otherwise. */
export interface NatsConfiguration {
  readonly port: number;
  readonly storeFolder: string;
  readonly maxPayloadBytes: number;
  readonly maxPendingBytes: number;
  readonly monitoringPort?: number | undefined;
  /** More blocks of the file, such as `authorization`. Without one the server lets anybody on this machine in. */
  readonly blocks?: string | undefined;
}

/**
 * Text of a nats.conf for one local server: loopback only, JetStream on file. `sync_interval: always` makes each
 * acknowledgement mean "on disk"; streams are fed in atomic batches, so it costs no throughput (shared measurement in
 * docs/architecture). The limits on store size are those of the disk: the streams carry limits of their own.
 */
export function writeNatsConfiguration(configuration: NatsConfiguration): string {
  const lines = [
    'host: "127.0.0.1"',
    `port: ${configuration.port}`,
    'server_name: "switchyard-local"',
    `max_payload: ${configuration.maxPayloadBytes}`,
    `max_pending: ${configuration.maxPendingBytes}`,
    'write_deadline: "30s"',
    'jetstream {',
    `  store_dir: ${JSON.stringify(configuration.storeFolder)}`,
    '  max_memory_store: 1073741824',
    '  max_file_store: 1099511627776',
    '  sync_interval: always',
    '}',
  ];
  if (configuration.monitoringPort !== undefined) lines.push(`http: "127.0.0.1:${configuration.monitoringPort}"`);
  return `${lines.join('\n')}\n${configuration.blocks ?? ''}`;
}
