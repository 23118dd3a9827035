import type { EnvironmentVariable } from './environment.js';
import type { KeyProviderLocation } from './key-provider-location.js';
import type { TlsFiles } from './store-access.js';

/** A bucket of an S3-compatible service: where it is, and how to get in. What is undefined the AWS SDK finds by itself. */
export interface S3Location {
  readonly bucket: string;
  readonly prefix: string;
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  readonly isPathStyle: boolean;
}

/** How many days what was done in the durable lane is kept, once it has ended. */
export interface DurableKeepSettings {
  /** The result of a job. */
  readonly jobResultDays: number;
  /** A job, after its result. */
  readonly jobDays: number;
  /** The lines of a batch and their results, beside its files. */
  readonly batchLinesDays: number;
  /** A batch with its counts. */
  readonly batchDays: number;
  /** Most of all files of one project together. */
  readonly projectFilesGibibytes: number;
}

/** What the doors for HTTP put up with. */
export interface HttpSettings {
  /** Within which the headers of a request must be there. */
  readonly headersMilliseconds: number;
  /** Within which the whole of a request must be there. */
  readonly requestMilliseconds: number;
  readonly connections: number;
  /** Of one address, unless it is that of a trusted proxy. */
  readonly connectionsPerAddress: number;
  /** A connection whose other end takes nothing for so long, while something waits for it, is closed. */
  readonly stalledReaderMilliseconds: number;
  /** Origins whose pages may call from browsers. */
  readonly corsOrigins: readonly string[];
}

/** How people sign in and stay signed in. */
export interface SignInSettings {
  /** A session that nobody uses ends after so long. */
  readonly idleMinutes: number;
  /** Every session ends after so long. */
  readonly sessionHours: number;
  /** Failed attempts for one account, and from one address, within the window; more are refused unseen. */
  readonly attempts: number;
  readonly attemptsPerAddress: number;
  readonly windowMinutes: number;
  /** How long an invitation, or a reset of a password, can be used. */
  readonly invitationHours: number;
}

/**
 * What a Switchyard process was told by its environment, checked and made absolute. `home` is the data folder,
 * `configFile` the absolute path of switchyard.yaml (undefined when there is none), `secretKey` the base64 of the 32
 * bytes that seal provider credentials and pepper key hashes, `adminKeySha256` the hex digest of the bootstrap key.
 */
export interface Settings {
  readonly home: string;
  readonly configFile: string | undefined;
  readonly port: number;
  readonly host: string;
  readonly adminKey: string | undefined;
  readonly adminKeySha256: string | undefined;
  readonly secretKey: string | undefined;
  readonly natsServerBinary: string | undefined;
  readonly natsPort: number | undefined;
  readonly postgresPort: number | undefined;
  readonly logLevel: string | undefined;
  /** CIDRs that files named by callers may be fetched from although they are not public. */
  readonly fetchAllow: readonly string[];
  /** CIDRs of proxies whose word counts for where a request comes from. */
  readonly trustedProxies: readonly string[];
  /** CIDRs that webhooks may be sent to although they are not public. */
  readonly webhookAllow: readonly string[];
  readonly http: HttpSettings;
  /** CIDRs that providers of the admin API may be at although they are not public. */
  readonly providerAllow: readonly string[];
  /** CIDRs where guards may ask although they are not public. */
  readonly guardAllow: readonly string[];
  /** A webhook endpoint that has failed for so many days is disabled. */
  readonly webhookDisableAfterDays: number;
  /** Absolute path of the model that `auto` predicts difficulty by; undefined: the one that Switchyard comes with. */
  readonly difficultyModel: string | undefined;
  /** The bucket that files are kept in; undefined: the folder `blobs` of the data folder. */
  readonly s3: S3Location | undefined;
  /** Longest time that a request waits for others to settle, near the limit of a budget. */
  readonly budgetWaitMilliseconds: number;
  /** What happens to a request while nobody can say whether its budget has room. */
  readonly budgetsUnknown: 'refuse' | 'admit';
  /** First part of the names of logs in signed checkpoints; unique in the world, and the same for ever. */
  readonly auditOrigin: string;
  /** Entries of the trail older than so many days are removed, by whole months; undefined: never. */
  readonly auditRetentionDays: number | undefined;
  /** Where every checkpoint is posted to besides. */
  readonly auditWitnessUrl: string | undefined;
  /** Absolute path of the file that says where entries of the trail are pushed to; undefined: nowhere. */
  readonly auditPushFile: string | undefined;
  /** CIDRs that entries may be pushed to although they are not public. */
  readonly auditPushAllow: readonly string[];
  /** Whether what providers say is left of their limits paces calls before they refuse. */
  readonly providerLimitHeaders: 'follow' | 'ignore';
  /** Whether requests go on while audit records nothing, and how long that is waited for. */
  readonly auditBehind: { readonly behind: 'spool' | 'block'; readonly patienceMilliseconds: number };
  /** How many days what was done in the durable lane is kept. */
  readonly durableKeep: DurableKeepSettings;
  /** Where the master key is that data keys of payloads are wrapped with. */
  readonly keyProvider: KeyProviderLocation;
  /** What happens to a request while nobody can say whether its rate limits have room. */
  readonly limitsUnknown: 'refuse' | 'admit';
  /** The origin that browsers see; undefined: whatever loopback address they come by. */
  readonly publicUrl: string | undefined;
  readonly signIn: SignInSettings;
  readonly natsUrl: string | undefined;
  /** Absolute path of the file with the nkey seed by which this service is known to NATS. */
  readonly natsSeedFile: string | undefined;
  /** Absolute path of the file with the key that requests are sealed with; undefined: they are not. Not for workers. */
  readonly requestSealFile: string | undefined;
  /** Absolute path of a folder with the seeds of all services, for whoever starts them all. */
  readonly natsIdentities: string | undefined;
  /** How NATS is made sure of; undefined: without TLS, unless the server asks for it. */
  readonly natsTls: TlsFiles | undefined;
  /** The address with all that the driver must know about TLS in it. */
  readonly databaseUrl: string | undefined;
  /** The Postgres role that rows are read by for a tenant; `none`: one role for everything. */
  readonly databaseTenantRole: string;
  readonly otlpEndpoint: string | undefined;
}

/** Which variable feeds a setting, for messages about a setting that is missing. */
export const VARIABLE_OF: Readonly<Record<keyof Settings, EnvironmentVariable>> = {
  home: 'SWITCHYARD_HOME',
  configFile: 'SWITCHYARD_CONFIG',
  port: 'SWITCHYARD_PORT',
  host: 'SWITCHYARD_HOST',
  adminKey: 'SWITCHYARD_ADMIN_KEY',
  adminKeySha256: 'SWITCHYARD_ADMIN_KEY_SHA256',
  secretKey: 'SWITCHYARD_SECRET_KEY',
  natsServerBinary: 'SWITCHYARD_NATS_SERVER',
  natsPort: 'SWITCHYARD_NATS_PORT',
  postgresPort: 'SWITCHYARD_POSTGRES_PORT',
  logLevel: 'SWITCHYARD_LOG_LEVEL',
  fetchAllow: 'SWITCHYARD_FETCH_ALLOW',
  trustedProxies: 'SWITCHYARD_TRUSTED_PROXIES',
  webhookAllow: 'SWITCHYARD_WEBHOOK_ALLOW',
  http: 'SWITCHYARD_HTTP_CONNECTIONS',
  providerAllow: 'SWITCHYARD_PROVIDER_ALLOW',
  guardAllow: 'SWITCHYARD_GUARD_ALLOW',
  webhookDisableAfterDays: 'SWITCHYARD_WEBHOOK_DISABLE_AFTER_DAYS',
  difficultyModel: 'SWITCHYARD_DIFFICULTY_MODEL',
  s3: 'SWITCHYARD_S3_BUCKET',
  budgetWaitMilliseconds: 'SWITCHYARD_BUDGET_WAIT_MS',
  budgetsUnknown: 'SWITCHYARD_BUDGETS_UNKNOWN',
  auditOrigin: 'SWITCHYARD_AUDIT_ORIGIN',
  auditRetentionDays: 'SWITCHYARD_AUDIT_RETENTION_DAYS',
  auditWitnessUrl: 'SWITCHYARD_AUDIT_WITNESS_URL',
  auditPushFile: 'SWITCHYARD_AUDIT_PUSH_FILE',
  auditPushAllow: 'SWITCHYARD_AUDIT_PUSH_ALLOW',
  providerLimitHeaders: 'SWITCHYARD_PROVIDER_LIMIT_HEADERS',
  auditBehind: 'SWITCHYARD_AUDIT_BEHIND',
  durableKeep: 'SWITCHYARD_JOB_RESULT_DAYS',
  keyProvider: 'SWITCHYARD_KEY_PROVIDER',
  limitsUnknown: 'SWITCHYARD_LIMITS_UNKNOWN',
  publicUrl: 'SWITCHYARD_PUBLIC_URL',
  signIn: 'SWITCHYARD_SESSION_HOURS',
  natsUrl: 'NATS_URL',
  natsSeedFile: 'SWITCHYARD_NATS_SEED_FILE',
  natsIdentities: 'SWITCHYARD_NATS_IDENTITIES',
  requestSealFile: 'SWITCHYARD_REQUEST_SEAL_FILE',
  natsTls: 'SWITCHYARD_NATS_CA',
  databaseUrl: 'DATABASE_URL',
  databaseTenantRole: 'SWITCHYARD_DATABASE_TENANT_ROLE',
  otlpEndpoint: 'OTEL_EXPORTER_OTLP_ENDPOINT',
};
