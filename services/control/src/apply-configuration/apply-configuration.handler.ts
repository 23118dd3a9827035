import { Injectable } from '@nestjs/common';

import { ServiceLogger, Settings } from '#libs/runtime';

import type { CompilationResult } from '../compile-configuration/compile-configuration.js';
import { compileAt, type LocatedCompilation } from '../compile-configuration/configuration-location.js';
import { formatProblem, type ConfigurationProblem } from '../compile-configuration/configuration-problem.js';
import { DocumentsRepository } from '../keep-documents/documents.repository.js';
import { openAll, reasonAgainstClosed } from '../keep-documents/provider-secrets.js';
import { SnapshotPublisher } from '../publish-snapshot/snapshot-publisher.js';
import { ConfigurationInForce } from './configuration-in-force.js';
import { ConfigurationRefusalsRepository } from './configuration-refusals.repository.js';
import { ConfigurationVersionsRepository } from './configuration-versions.repository.js';
import { sealConfiguration, type SealedConfiguration } from './seal-configuration.js';
import { LARGEST_SNAPSHOT_BYTES } from './version-content.policy.js';

/** What a configuration depends on besides its text. */
export interface Dependencies {
  /** Files that it refers to, by absolute paths. */
  readonly files: readonly string[];
  /** When it says something else by itself, in Unix milliseconds; absent where it does not. */
  readonly nextChangeAt?: number;
}

type ValidCompilation = Extract<CompilationResult, { isValid: true }>;

/** Puts the configuration at the configured place in force, or refuses it and leaves what is in force as it is. */
@Injectable()
export class ApplyConfigurationHandler {
  /** The refusal last told of, so that it is told once however often the file is looked at. */
  private toldRefusal = '';

  constructor(
    private readonly settings: Settings,
    private readonly versions: ConfigurationVersionsRepository,
    private readonly refusals: ConfigurationRefusalsRepository,
    private readonly inForce: ConfigurationInForce,
    private readonly publisher: SnapshotPublisher,
    private readonly log: ServiceLogger,
    private readonly documents: DocumentsRepository,
  ) {}

  /**
   * Reads, compiles and applies; returns what the configuration depends on. Throws `StorageUnavailable` while
   * Postgres is away: nothing has happened then, and the same call may be made again.
   */
  async apply(): Promise<Dependencies> {
    const { configPath, secretKey, adminKeySha256 } = this.settings;
    const { documents: stored, closed } = openAll(await this.documents.all(), secretKey);
    const compilation = compileAt({ path: configPath, environment: process.env, adminKeySha256, stored });
    const { result } = compilation;
    const problems = closed.map((name) => closedProblem(name, compilation.origin));
    if (!result.isValid || problems.length > 0) {
      await this.refuse(compilation, [...problems, ...(result.isValid ? [] : result.problems)]);
      return { files: result.referencedFiles };
    }
    const sealed = sealConfiguration(result.configuration, { secretKey, adminKeySha256 });
    const problem = tooLarge(sealed, compilation.origin);
    if (problem) await this.refuse(compilation, [problem]);
    else await this.accept(compilation, { ...sealed, ...result });
    const { referencedFiles: files, nextChangeAt } = result;
    return { files, ...(nextChangeAt === undefined ? {} : { nextChangeAt }) };
  }

  private async accept(
    { origin, sourceSha256 }: LocatedCompilation,
    compiled: SealedConfiguration &
      Pick<ValidCompilation, 'configuration' | 'redactedText' | 'documents' | 'referencedFiles'>,
  ): Promise<void> {
    const { configuration, documents, ...sealed } = compiled;
    const { accounts, issuers, priceOverrides } = configuration;
    const { snapshot, isNew } = await this.versions.record({ ...sealed, priceOverrides, origin, sourceSha256 });
    const isNews = isNew || this.inForce.snapshot === undefined || this.toldRefusal !== '';
    this.inForce.take(snapshot);
    this.inForce.follow(sourceSha256);
    this.inForce.hold({ documents, accounts, issuers, priceOverrides });
    const isMended = this.toldRefusal !== '';
    this.toldRefusal = '';
    if (isNews) {
      const { providers, models, keys } = configuration;
      const counts = { providers: providers.length, models: models.length, keys: keys.length };
      const what = isNew ? 'a new configuration is in force' : 'the configuration in force is unchanged';
      // After an error that stands on the terminal of whoever edits the file, so must this.
      if (isMended) this.log.warn({ revision: snapshot.revision, origin, ...counts }, `no problem any more: ${what}`);
      else this.log.info({ revision: snapshot.revision, origin, ...counts }, what);
    }
    await this.publisher.publishNewest();
  }

  private async refuse(
    { origin, sourceSha256 }: LocatedCompilation,
    problems: readonly ConfigurationProblem[],
  ): Promise<void> {
    const lines = problems.map(formatProblem);
    const refusal = [sourceSha256, ...lines].join('\n');
    const summary = `${lines[0] ?? ''}${lines.length > 1 ? ` (and ${lines.length - 1} more)` : ''}`;
    this.inForce.refuse();
    const newest = this.inForce.snapshot ?? (await this.versions.findNewest());
    if (refusal !== this.toldRefusal) {
      await this.refusals.record({ origin, sourceSha256, problems });
      const consequence = newest ? `revision ${newest.revision} stays in force` : 'none is in force yet';
      this.log.error({ origin, problems: lines }, `the configuration is refused, ${consequence}: ${summary}`);
      this.toldRefusal = refusal;
    }
    if (newest) this.inForce.take(newest);
    await this.publisher.publishNewest();
  }
}

function closedProblem(provider: string, file: string): ConfigurationProblem {
  return { file, line: 1, column: 1, path: `providers.${provider}.apiKey`, reason: reasonAgainstClosed(provider) };
}

function tooLarge({ content }: SealedConfiguration, file: string): ConfigurationProblem | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(content));
  if (bytes <= LARGEST_SNAPSHOT_BYTES) return undefined;
  const reason = `the configuration compiles to ${bytes} bytes, more than the ${LARGEST_SNAPSHOT_BYTES} that fit into one message; use fewer keys or models`;
  return { file, line: 1, column: 1, path: '', reason };
}
