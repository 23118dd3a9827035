import { randomBytes } from 'node:crypto';
import {
  readSettings,
  type DurableKeepSettings,
  type HttpSettings,
  type KeyProviderLocation,
  type S3Location,
  type SignInSettings,
} from '#libs/config';
import type { ServiceName } from '#libs/contracts';
import type { NatsAccess } from '#libs/messaging';
import { sha256Hex } from '#libs/secrets';
import { sealUseOf } from './seal-use.policy.js';

/** What a service process was told, as the injectable that services read. See docs/configuration.md for the variables. */
export class Settings {
  /** Random id of this process, safe in a NATS subject. */
  readonly instance = randomBytes(6).toString('hex');

  private constructor(
    readonly natsUrl: string,
    /** Where Postgres is; undefined in a service that needs none. */
    readonly databaseUrl: string | undefined,
    /** Absolute path of the data folder. */
    readonly home: string,
    /** Absolute path of switchyard.yaml, if there is one. */
    readonly configPath: string | undefined,
    /** The 32 bytes that seal provider credentials and pepper key hashes. */
    readonly secretKey: Buffer,
    /** Hex SHA-256 of the bootstrap key; of a key given in plain, only this is kept. */
    readonly adminKeySha256: string | undefined,
    readonly host: string,
    readonly port: number,
    readonly logLevel: string | undefined,
    /** CIDRs that files named by callers may be fetched from although they are not public. */
    readonly fetchAllow: readonly string[],
    /** CIDRs that webhooks may be sent to although they are not public. */
    readonly webhookAllow: readonly string[],
    readonly guardAllow: readonly string[],
    /** CIDRs of proxies whose word on where a request came from is taken. */
    readonly trustedProxies: readonly string[],
    /** A webhook endpoint that has failed for so many days is disabled. */
    readonly webhookDisableAfterDays: number,
    /** Absolute path of the model that `auto` predicts difficulty by; undefined: the one that Switchyard comes with. */
    readonly difficultyModel: string | undefined,
    /** The bucket that files are kept in; undefined: the folder `blobs` of the data folder. */
    readonly s3: S3Location | undefined,
    /** Longest time that a request waits for others to settle, near the limit of a budget. */
    readonly budgetWaitMilliseconds: number,
    /** What happens to a request while nobody can say whether its budget has room. */
    readonly budgetsUnknown: 'refuse' | 'admit',
    /** First part of the names of logs in signed checkpoints. */
    readonly auditOrigin: string,
    /** Entries of the trail older than so many days are removed; undefined: never. */
    readonly auditRetentionDays: number | undefined,
    /** Where every checkpoint is posted to besides. */
    readonly auditWitnessUrl: string | undefined,
    /** Whether what providers say is left of their limits paces calls before they refuse. */
    readonly providerLimitHeaders: 'follow' | 'ignore',
    /** Whether requests go on while audit records nothing, and how long that is waited for. */
    readonly auditBehind: { readonly behind: 'spool' | 'block'; readonly patienceMilliseconds: number },
    /** How many days what was done in the durable lane is kept. */
    readonly durableKeep: DurableKeepSettings,
    /** Where the master key is that data keys of payloads are wrapped with. */
    readonly keyProvider: KeyProviderLocation,
    /** What happens to a request while nobody can say whether its rate limits have room. */
    readonly limitsUnknown: 'refuse' | 'admit',
    /** The origin that browsers see; undefined: whatever loopback address they come by. */
    readonly publicUrl: string | undefined,
    readonly signIn: SignInSettings,
    /** The Postgres role that rows are read by for a tenant; `none`: one role for everything. */
    readonly databaseTenantRole: string,
    /** How this service shows NATS who it is. */
    readonly natsAccess: NatsAccess,
    /** Absolute path of the file that says where entries of the trail are pushed to; undefined: nowhere. */
    readonly auditPushFile: string | undefined,
    /** CIDRs that entries of the trail may be pushed to although they are not public. */
    readonly auditPushAllow: readonly string[],
    /** CIDRs that providers of the admin API may be at although they are not public. */
    readonly providerAllow: readonly string[],
    readonly http: HttpSettings,
    /** Absolute path of the file with the key that requests are sealed with; undefined: they are not. */
    readonly requestSealFile: string | undefined,
  ) {}

  /** Of a service where one is named: some need what others must not have. @throws SettingsError listing every problem at once. */
  static read(environment: NodeJS.ProcessEnv, service?: ServiceName): Settings {
    const seals = service && sealUseOf(service);
    const read = readSettings(environment, { required: ['natsUrl', 'secretKey'], seals });
    return new Settings(
      read.natsUrl,
      read.databaseUrl,
      read.home,
      read.configFile,
      Buffer.from(read.secretKey, 'base64'),
      read.adminKeySha256 ?? (read.adminKey === undefined ? undefined : sha256Hex(read.adminKey)),
      read.host,
      read.port,
      read.logLevel,
      read.fetchAllow,
      read.webhookAllow,
      read.guardAllow,
      read.trustedProxies,
      read.webhookDisableAfterDays,
      read.difficultyModel,
      read.s3,
      read.budgetWaitMilliseconds,
      read.budgetsUnknown,
      read.auditOrigin,
      read.auditRetentionDays,
      read.auditWitnessUrl,
      read.providerLimitHeaders,
      read.auditBehind,
      read.durableKeep,
      read.keyProvider,
      read.limitsUnknown,
      read.publicUrl,
      read.signIn,
      read.databaseTenantRole,
      { seedFile: read.natsSeedFile, tls: read.natsTls },
      read.auditPushFile,
      read.auditPushAllow,
      read.providerAllow,
      read.http,
      read.requestSealFile,
    );
  }
}
