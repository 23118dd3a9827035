import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import { environmentSchema, rangesIn, type Environment } from './environment.js';
import { VARIABLE_OF, type Settings } from './settings.js';
import { keyProviderLocation, keyProviderProblems } from './key-provider-location.js';
import { s3Location, s3Problems } from './s3-location.js';
import { isReadable } from './private-files.js';
import { secretFileProblems } from './secret-files.js';
import { databaseUrl, natsTls, storeAccessProblems, type SealUse } from './store-access.js';
import { SettingsError } from './settings.error.js';

const DEFAULT_CONFIG_FILE = 'switchyard.yaml';

/** `required` names settings that this process cannot do without; relative paths start at `workingFolder`. */
export interface ReadSettingsOptions<Key extends keyof Settings> {
  readonly required?: readonly Key[];
  readonly workingFolder?: string;
  /** What this process has to do with the key that requests are sealed with; nothing where absent. */
  readonly seals?: SealUse | undefined;
}

/**
 * Reads every setting of the environment at once. Settings listed in `required` come back without `undefined`.
 * Throws one `SettingsError` that lists everything wrong: bad values, missing required ones, and a file that is
 * named and cannot be read. Unset and empty variables take their defaults.
 */
export function readSettings<Key extends keyof Settings = never>(
  environment: Environment,
  { required = [], workingFolder = process.cwd(), seals }: ReadSettingsOptions<Key> = {},
): Settings & { readonly [K in Key]: NonNullable<Settings[K]> } {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environmentSchema.safeParse(given);
  const problems = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  for (const key of required) {
    if (given[VARIABLE_OF[key]] === undefined && !HAS_DEFAULT.has(key)) problems.push(`${VARIABLE_OF[key]} is not set`);
  }
  const configFile = resolve(workingFolder, given['SWITCHYARD_CONFIG'] ?? DEFAULT_CONFIG_FILE);
  if (given['SWITCHYARD_CONFIG'] !== undefined && !isReadable(configFile)) {
    problems.push(`SWITCHYARD_CONFIG names ${configFile}, which cannot be read`);
  }
  const difficultyModel = absolute(given['SWITCHYARD_DIFFICULTY_MODEL'], workingFolder);
  if (difficultyModel !== undefined && !isReadable(difficultyModel)) {
    problems.push(
      `SWITCHYARD_DIFFICULTY_MODEL names ${difficultyModel}, which cannot be read; make it with "switchyard router train", or leave the variable out`,
    );
  }
  const auditPushFile = absolute(given['SWITCHYARD_AUDIT_PUSH_FILE'], workingFolder);
  problems.push(...s3Problems(given), ...keyProviderProblems(given));
  problems.push(...storeAccessProblems(given, seals), ...secretFileProblems(given, workingFolder));
  if (!parsed.success || problems.length > 0) throw new SettingsError(problems);

  const values = parsed.data;
  const settings: Settings = {
    home: resolve(workingFolder, values.SWITCHYARD_HOME),
    configFile: existsSync(configFile) ? configFile : undefined,
    port: values.SWITCHYARD_PORT,
    host: values.SWITCHYARD_HOST,
    adminKey: values.SWITCHYARD_ADMIN_KEY,
    adminKeySha256: values.SWITCHYARD_ADMIN_KEY_SHA256,
    secretKey: values.SWITCHYARD_SECRET_KEY,
    natsServerBinary: values.SWITCHYARD_NATS_SERVER,
    natsPort: values.SWITCHYARD_NATS_PORT,
    postgresPort: values.SWITCHYARD_POSTGRES_PORT,
    logLevel: values.SWITCHYARD_LOG_LEVEL,
    fetchAllow: rangesIn(values.SWITCHYARD_FETCH_ALLOW),
    trustedProxies: rangesIn(values.SWITCHYARD_TRUSTED_PROXIES),
    webhookAllow: rangesIn(values.SWITCHYARD_WEBHOOK_ALLOW),
    http: {
      headersMilliseconds: values.SWITCHYARD_HTTP_HEADERS_TIMEOUT_MS,
      requestMilliseconds: values.SWITCHYARD_HTTP_REQUEST_TIMEOUT_MS,
      connections: values.SWITCHYARD_HTTP_CONNECTIONS,
      connectionsPerAddress: values.SWITCHYARD_HTTP_CONNECTIONS_PER_ADDRESS,
      stalledReaderMilliseconds: values.SWITCHYARD_HTTP_STALLED_READER_MS,
      corsOrigins: rangesIn(values.SWITCHYARD_CORS_ORIGINS).map((origin) => origin.replace(/\/$/, '')),
    },
    providerAllow: rangesIn(values.SWITCHYARD_PROVIDER_ALLOW),
    guardAllow: rangesIn(values.SWITCHYARD_GUARD_ALLOW),
    webhookDisableAfterDays: values.SWITCHYARD_WEBHOOK_DISABLE_AFTER_DAYS,
    difficultyModel,
    s3: s3Location(values),
    budgetWaitMilliseconds: values.SWITCHYARD_BUDGET_WAIT_MS,
    budgetsUnknown: values.SWITCHYARD_BUDGETS_UNKNOWN,
    auditOrigin: values.SWITCHYARD_AUDIT_ORIGIN,
    auditRetentionDays: values.SWITCHYARD_AUDIT_RETENTION_DAYS,
    auditWitnessUrl: values.SWITCHYARD_AUDIT_WITNESS_URL,
    auditPushFile,
    auditPushAllow: rangesIn(values.SWITCHYARD_AUDIT_PUSH_ALLOW),
    providerLimitHeaders: values.SWITCHYARD_PROVIDER_LIMIT_HEADERS,
    auditBehind: {
      behind: values.SWITCHYARD_AUDIT_BEHIND,
      patienceMilliseconds: values.SWITCHYARD_AUDIT_BEHIND_SECONDS * 1_000,
    },
    durableKeep: {
      jobResultDays: values.SWITCHYARD_JOB_RESULT_DAYS,
      jobDays: values.SWITCHYARD_JOB_DAYS,
      batchLinesDays: values.SWITCHYARD_BATCH_LINES_DAYS,
      batchDays: values.SWITCHYARD_BATCH_DAYS,
      projectFilesGibibytes: values.SWITCHYARD_PROJECT_FILES_GIB,
    },
    keyProvider: keyProviderLocation(values, workingFolder),
    limitsUnknown: values.SWITCHYARD_LIMITS_UNKNOWN,
    publicUrl: values.SWITCHYARD_PUBLIC_URL,
    signIn: {
      idleMinutes: values.SWITCHYARD_SESSION_IDLE_MINUTES,
      sessionHours: values.SWITCHYARD_SESSION_HOURS,
      attempts: values.SWITCHYARD_SIGN_IN_ATTEMPTS,
      attemptsPerAddress: values.SWITCHYARD_SIGN_IN_ATTEMPTS_PER_ADDRESS,
      windowMinutes: values.SWITCHYARD_SIGN_IN_WINDOW_MINUTES,
      invitationHours: values.SWITCHYARD_INVITATION_HOURS,
    },
    natsUrl: values.NATS_URL,
    natsSeedFile: absolute(values.SWITCHYARD_NATS_SEED_FILE, workingFolder),
    requestSealFile: absolute(values.SWITCHYARD_REQUEST_SEAL_FILE, workingFolder),
    natsIdentities: absolute(values.SWITCHYARD_NATS_IDENTITIES, workingFolder),
    natsTls: natsTls(values, workingFolder),
    databaseUrl: databaseUrl(values, workingFolder),
    databaseTenantRole: values.SWITCHYARD_DATABASE_TENANT_ROLE,
    otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the loop above has seen every required variable
  return settings as Settings & { readonly [K in Key]: NonNullable<Settings[K]> };
}

const HAS_DEFAULT: ReadonlySet<keyof Settings> = new Set([
  'home',
  'port',
  'host',
  'fetchAllow',
  'trustedProxies',
  'webhookAllow',
  'providerAllow',
  'guardAllow',
  'http',
  'auditPushAllow',
  'webhookDisableAfterDays',
  'budgetWaitMilliseconds',
  'budgetsUnknown',
  'auditOrigin',
  'auditBehind',
  'durableKeep',
  'keyProvider',
  'signIn',
  'databaseTenantRole',
]);

function absolute(path: string | undefined, workingFolder: string): string | undefined {
  return path === undefined ? undefined : resolve(workingFolder, path);
}
