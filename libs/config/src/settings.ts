import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { keyProviderVariables, type KeyProviderLocation } from './key-provider-location.js';
import { secretVariables } from './secret-variables.js';
import { storeAccessVariables, type TlsFiles } from './store-access.js';

/** The variables of a process: `process.env` or a test's own object. An empty value counts as unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

const port = z.coerce
  .number('must be a whole number from 1 to 65535')
  .int('must be a whole number from 1 to 65535')
  .min(1, 'must be a whole number from 1 to 65535')
  .max(65_535, 'must be a whole number from 1 to 65535');

const urlOf = (protocols: readonly string[], example: string) =>
  z
    .string()
    .refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), `must look like ${example}`);

const isRangeList = (value: string): boolean => rangesIn(value).every((range) => ipaddr.isValidCIDR(range));

/** The ranges of a list with commas between. */
export function rangesIn(list: string): string[] {
  return list
    .split(',')
    .map((range) => range.trim())
    .filter((range) => range !== '');
}

const wholeNumber = (least: number, most: number, unit: string) => {
  const problem = `must be a whole number of ${unit} from ${least} to ${most}`;
  return z.coerce.number(problem).int(problem).min(least, problem).max(most, problem);
};

/** A scheme, a host and a port, nothing behind: what browsers call an origin. Without TLS on a loopback address only. */
const isOrigin = (value: string): boolean => {
  const url = URL.parse(value);
  if (!url || value.replace(/\/$/, '') !== url.origin) return false;
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback);
};

/** Every variable that Switchyard reads, under the variable's own name, so that a problem can name it. */
export const environmentSchema = z.object({
  SWITCHYARD_HOME: z.string().default('.switchyard'),
  SWITCHYARD_CONFIG: z.string().optional(),
  SWITCHYARD_PORT: port.default(8080),
  SWITCHYARD_HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]+$/, 'must be a host name or an IP address')
    .default('127.0.0.1'),
  ...secretVariables,
  SWITCHYARD_NATS_SERVER: z.string().optional(),
  SWITCHYARD_NATS_PORT: port.optional(),
  SWITCHYARD_POSTGRES_PORT: port.optional(),
  SWITCHYARD_LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'must be trace, debug, info, warn, error, fatal or silent',
    )
    .optional(),
  SWITCHYARD_FETCH_ALLOW: z
    .string()
    .refine(isRangeList, 'must be address ranges with commas between, like 10.1.0.0/16,fd00:12::/32')
    .default(''),
  SWITCHYARD_TRUSTED_PROXIES: z
    .string()
    .refine(isRangeList, 'must be address ranges with commas between, like 10.1.0.0/16,fd00:12::/32')
    .default(''),
  SWITCHYARD_WEBHOOK_ALLOW: z
    .string()
    .refine(isRangeList, 'must be address ranges with commas between, like 10.1.0.0/16,fd00:12::/32')
    .default(''),
  SWITCHYARD_PROVIDER_ALLOW: z
    .string()
    .refine(isRangeList, 'must be address ranges with commas between, like 10.1.0.0/16,fd00:12::/32')
    .default(''),
  SWITCHYARD_GUARD_ALLOW: z
    .string()
    .refine(isRangeList, 'must be address ranges with commas between, like 10.1.0.0/16,fd00:12::/32')
    .default(''),
  SWITCHYARD_WEBHOOK_DISABLE_AFTER_DAYS: z.coerce
    .number('must be a whole number of days from 1 to 30')
    .int('must be a whole number of days from 1 to 30')
    .min(1, 'must be a whole number of days from 1 to 30')
    .max(30, 'must be a whole number of days from 1 to 30')
    .default(5),
  SWITCHYARD_HTTP_HEADERS_TIMEOUT_MS: wholeNumber(100, 60_000, 'milliseconds').default(20_000),
  SWITCHYARD_HTTP_REQUEST_TIMEOUT_MS: wholeNumber(1_000, 3_600_000, 'milliseconds').default(300_000),
  SWITCHYARD_HTTP_CONNECTIONS: wholeNumber(10, 1_000_000, 'connections').default(20_000),
  SWITCHYARD_HTTP_CONNECTIONS_PER_ADDRESS: wholeNumber(10, 1_000_000, 'connections').default(10_000),
  SWITCHYARD_HTTP_STALLED_READER_MS: wholeNumber(100, 3_600_000, 'milliseconds').default(300_000),
  SWITCHYARD_CORS_ORIGINS: z
    .string()
    .refine(
      (list) => rangesIn(list).every(isOrigin),
      'must be origins with commas between, like https://app.example.com; neither * nor null',
    )
    .default(''),
  SWITCHYARD_AUDIT_PUSH_FILE: z.string().optional(),
  SWITCHYARD_AUDIT_PUSH_ALLOW: z
    .string()
    .refine(isRangeList, 'must be address ranges with commas between, like 10.1.0.0/16,fd00:12::/32')
    .default(''),
  SWITCHYARD_DIFFICULTY_MODEL: z.string().optional(),
  SWITCHYARD_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{1,254}$/i, 'must be the name of a bucket')
    .optional(),
  SWITCHYARD_S3_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,200}$/, 'must be letters, digits, ".", "_", "-" and "/"')
    .transform((prefix) => prefix.replace(/\/+$/, ''))
    .default(''),
  SWITCHYARD_S3_ENDPOINT: urlOf(['http:', 'https:'], 'https://s3.example.com').optional(),
  SWITCHYARD_S3_REGION: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,50}$/, 'must be the name of a region, like eu-central-1')
    .optional(),
  SWITCHYARD_S3_PATH_STYLE: z.enum(['true', 'false'], 'must be true or false').optional(),
  SWITCHYARD_S3_ACCESS_KEY_ID: z.string().optional(),
  SWITCHYARD_S3_SECRET_ACCESS_KEY: z.string().optional(),
  SWITCHYARD_BUDGET_WAIT_MS: z.coerce
    .number('must be milliseconds from 0 to 300000')
    .int('must be milliseconds from 0 to 300000')
    .min(0, 'must be milliseconds from 0 to 300000')
    .max(300_000, 'must be milliseconds from 0 to 300000')
    .default(20_000),
  SWITCHYARD_BUDGETS_UNKNOWN: z.enum(['refuse', 'admit'], 'must be refuse or admit').default('refuse'),
  SWITCHYARD_AUDIT_ORIGIN: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9.:/_-]{0,200}$/, 'must be a name like switchyard.example.com')
    .default('switchyard'),
  SWITCHYARD_AUDIT_RETENTION_DAYS: z.coerce
    .number('must be a whole number of days from 1 to 36500')
    .int('must be a whole number of days from 1 to 36500')
    .min(1, 'must be a whole number of days from 1 to 36500')
    .max(36_500, 'must be a whole number of days from 1 to 36500')
    .optional(),
  SWITCHYARD_AUDIT_WITNESS_URL: urlOf(['http:', 'https:'], 'https://witness.example.com/checkpoints').optional(),
  SWITCHYARD_PROVIDER_LIMIT_HEADERS: z.enum(['follow', 'ignore'], 'must be follow or ignore').default('follow'),
  SWITCHYARD_AUDIT_BEHIND: z.enum(['spool', 'block'], 'must be spool or block').default('spool'),
  SWITCHYARD_AUDIT_BEHIND_SECONDS: wholeNumber(5, 86_400, 'seconds').default(60),
  SWITCHYARD_JOB_RESULT_DAYS: wholeNumber(1, 36_500, 'days').default(7),
  SWITCHYARD_JOB_DAYS: wholeNumber(1, 36_500, 'days').default(23),
  SWITCHYARD_BATCH_LINES_DAYS: wholeNumber(1, 36_500, 'days').default(7),
  SWITCHYARD_BATCH_DAYS: wholeNumber(30, 36_500, 'days').default(365),
  SWITCHYARD_PROJECT_FILES_GIB: wholeNumber(1, 1_000_000, 'GiB').default(100),
  ...keyProviderVariables,
  SWITCHYARD_LIMITS_UNKNOWN: z.enum(['refuse', 'admit'], 'must be refuse or admit').default('refuse'),
  SWITCHYARD_PUBLIC_URL: z
    .string()
    .refine(isOrigin, 'must be the https origin that browsers see, such as https://switchyard.example.com')
    .transform((value) => value.replace(/\/$/, ''))
    .optional(),
  SWITCHYARD_SESSION_IDLE_MINUTES: wholeNumber(1, 10_080, 'minutes').default(120),
  SWITCHYARD_SESSION_HOURS: wholeNumber(1, 720, 'hours').default(12),
  SWITCHYARD_SIGN_IN_ATTEMPTS: wholeNumber(1, 1_000, 'attempts').default(10),
  SWITCHYARD_SIGN_IN_ATTEMPTS_PER_ADDRESS: wholeNumber(1, 100_000, 'attempts').default(100),
  SWITCHYARD_SIGN_IN_WINDOW_MINUTES: wholeNumber(1, 1_440, 'minutes').default(15),
  SWITCHYARD_INVITATION_HOURS: wholeNumber(1, 720, 'hours').default(72),
  ...storeAccessVariables,
  SWITCHYARD_DATABASE_TENANT_ROLE: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be a name of lower-case letters, digits and "_", or none')
    .default('switchyard_tenant'),
  OTEL_EXPORTER_OTLP_ENDPOINT: urlOf(['http:', 'https:'], 'http://host:4318').optional(),
});

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

/** How people sign in and stay signed in. */
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
  /** CIDRs that webhooks may be sent to although they are not public. */
  readonly trustedProxies: readonly string[];
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
export const VARIABLE_OF: Readonly<Record<keyof Settings, keyof z.infer<typeof environmentSchema>>> = {
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
