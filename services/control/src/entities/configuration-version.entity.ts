import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One configuration that was put in force. Rows are never changed; the one with the highest revision is in force. */
@Entity('configuration_versions')
export class ConfigurationVersion {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'configuration_versions_pkey' })
  revision!: string;

  /** Digest of the compiled content, secrets included by fingerprint only: equal digests need no new revision. */
  @Column('text', { name: 'content_digest' })
  contentDigest!: string;

  /** Of the providers and keys; null in versions from before there was one, as the next. */
  @Column('text', { name: 'foundation_digest', nullable: true })
  foundationDigest!: string | null;

  /** Of the models and the breaker. */
  @Column('text', { name: 'policy_digest', nullable: true })
  policyDigest!: string | null;

  /** The policies were put in force by hand, and stay so until the file is another than that of `source_sha256`. */
  @Column('boolean', { name: 'is_held', default: false })
  isHeld!: boolean;

  /** The text of the policies on trial, without comments and secrets. */
  @Column('text', { name: 'trial_source', nullable: true })
  trialSource!: string | null;

  /** Of the file that was in force last when the version was made. */
  @Column('text', { name: 'source_sha256' })
  sourceSha256!: string;

  /** Path of the file, what stands in for one, or what was done by hand and by whom. */
  @Column('text')
  origin!: string;

  /** The text that the policies come from, without comments and secrets. */
  @Column('text', { name: 'source' })
  source!: string;

  @Column('jsonb')
  snapshot!: unknown;

  @Column('timestamptz', { name: 'applied_at', default: () => 'now()' })
  appliedAt!: Date;
}
