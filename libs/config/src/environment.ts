import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { keyProviderVariables } from './key-provider-location.js';
import { secretVariables } from './secret-variables.js';
import { storeAccessVariables } from './store-access.js';

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

/** The ranges of a list with commas between. */
export function rangesIn(list: string): string[] {
  return list
    .split(',')
    .map((range) => range.trim())
    .filter((range) => range !== '');
}

const ranges = z
  .string()
  .refine(
    (list) => rangesIn(list).every((range) => ipaddr.isValidCIDR(range)),
    'must be address ranges with commas between, like 10.1.0.0/16,fd00:12::/32',
  )
  .default('');

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
  SWITCHYARD_FETCH_ALLOW: ranges,
  SWITCHYARD_TRUSTED_PROXIES: ranges,
  SWITCHYARD_WEBHOOK_ALLOW: ranges,
  SWITCHYARD_PROVIDER_ALLOW: ranges,
  SWITCHYARD_GUARD_ALLOW: ranges,
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
  SWITCHYARD_AUDIT_PUSH_ALLOW: ranges,
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

/** The name of one of them. */
export type EnvironmentVariable = keyof z.infer<typeof environmentSchema>;
