import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { buildConnector } from 'undici';
import type { ProviderEntry, Snapshot } from '#libs/contracts';
import { SnapshotWatch } from '#libs/messaging';
import { CallableAddresses } from '#libs/outbound';
import { Readiness, Settings } from '#libs/runtime';
import { openCredential } from '#libs/secrets';
import { Logger } from '#libs/telemetry';
import { FileFetcher } from '../fetch-file/file-fetcher.js';
import type { Provider } from '../providers/provider.js';
import { ProviderFailure } from '../providers/provider-failure.js';
import { providerKinds } from '../providers/registry.js';
import { doubleOf } from '../native-batches/double-of.js';
import type { RecordedExchange } from '../native-batches/recorded-exchange.js';
import { createProvider } from '../rotate-credentials/create-provider.js';

const CATCH_UP_MILLISECONDS = 2_000;
const CONNECT_TIMEOUT_MILLISECONDS = 10_000;

/** A provider with what only makes its requests and reads its answers. */
export interface RecordedProvider {
  readonly provider: Provider;
  readonly double: Provider;
  readonly exchange: RecordedExchange;
}

interface Entry {
  /** The configuration it was made from, to tell whether a new snapshot changes it. */
  source: string;
  provider: Provider;
  recorded(): RecordedProvider;
}

/** The configured providers, ready to be called, kept in step with the configuration in force. */
@Injectable()
export class ProviderDirectory implements OnApplicationShutdown {
  private entries = new Map<string, Entry>();
  /** Opens the connections to providers that the admin API keeps. */
  private readonly guarded: buildConnector.connector;

  constructor(
    private readonly watch: SnapshotWatch,
    readiness: Readiness,
    private readonly settings: Settings,
    private readonly logger: Logger,
    private readonly files: FileFetcher,
  ) {
    this.guarded = new CallableAddresses({ allow: settings.providerAllow }).connector(CONNECT_TIMEOUT_MILLISECONDS);
    readiness.require('the configuration snapshot', () => watch.current !== undefined);
    watch.onChange((snapshot) => this.follow(snapshot));
  }

  /**
   * The provider that a plan names. A plan made under a newer configuration waits a moment for it to come here too.
   * @throws ProviderFailure where the configuration has no such provider.
   */
  async find(name: string, revision: number): Promise<Provider> {
    if (!this.entries.has(name)) await this.watch.reached(revision, CATCH_UP_MILLISECONDS);
    return this.require(name).provider;
  }

  /** The same with its double, for batches. @throws ProviderFailure */
  async findRecorded(name: string, revision: number): Promise<RecordedProvider> {
    await this.find(name, revision);
    return this.require(name).recorded();
  }

  private require(name: string): Entry {
    const entry = this.entries.get(name);
    if (!entry) throw new ProviderFailure('connection', `the provider '${name}' is not configured here`);
    return entry;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.allSettled([...this.entries.values()].map(({ provider }) => provider.close()));
  }

  private follow(snapshot: Snapshot): void {
    const next = new Map<string, Entry>();
    for (const entry of snapshot.providers) {
      const made = this.reuseOrCreate(entry);
      if (made) next.set(entry.name, made);
    }
    for (const [name, { provider }] of this.entries) {
      // A replaced provider finishes its calls before its connections close.
      if (next.get(name)?.provider !== provider) void provider.close().catch(() => undefined);
    }
    this.entries = next;
  }

  private reuseOrCreate(entry: ProviderEntry): Entry | undefined {
    try {
      const credentials = this.open(entry);
      const source = JSON.stringify([entry.kind, entry.options, entry.guarded, credentials]);
      const known = this.entries.get(entry.name);
      if (known?.source === source) return known;
      return { source, ...this.create(entry, credentials) };
    } catch (error) {
      this.logger.error(
        { provider: entry.name, error },
        'a provider cannot be used; calls planned for it will fail over',
      );
      return undefined;
    }
  }

  private create(entry: ProviderEntry, credentials: readonly string[]): Omit<Entry, 'source'> {
    const kind = providerKinds.find(({ kind: name }) => name === entry.kind);
    if (!kind) throw new Error(`this version knows no providers of kind '${entry.kind}'`);
    const provider = createProvider(kind, {
      options: entry.options,
      credentials,
      surroundings: { fetchFile: this.files.fetch, ...(entry.guarded ? { connect: this.guarded } : {}) },
      onRotation: ({ refused, status, next }) =>
        this.logger.warn(
          { provider: entry.name, refusedPlace: refused + 1, status, nextPlace: next + 1 },
          'a provider refused one of its keys, which rests now; the call goes on with another',
        ),
    });
    let recorded: RecordedProvider | undefined;
    return {
      provider,
      recorded: () => (recorded ??= { provider, ...doubleOf(kind, { ...entry, credentials }) }),
    };
  }

  private open({
    name,
    credential,
    credentials = credential === undefined ? [] : [credential],
  }: ProviderEntry): string[] {
    const { secretKey } = this.settings;
    return credentials.map((sealed) => openCredential(sealed, { provider: name, secretKey }));
  }
}
