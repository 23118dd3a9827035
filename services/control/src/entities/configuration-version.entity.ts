import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One configuration that was put in force. Rows are never changed; the one with the highest revision is in force. */
@Entity('configuration_versions')
export class ConfigurationVersion {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'configuration_versions_pkey' })
  revision!: string;

  /** Digest of the compiled content, secrets included by fingerprint only: equal digests need no new revision. */
  @Column('text', { name: 'content_digest' })
  contentDigest!: string;

  @Column('text', { name: 'source_sha256' })
  sourceSha256!: string;

  /** Path of the file, or what stands in for one. */
  @Column('text')
  origin!: string;

  /** The file without comments and secrets. */
  @Column('text', { name: 'source' })
  source!: string;

  @Column('jsonb')
  snapshot!: unknown;

  @Column('timestamptz', { name: 'applied_at', default: () => 'now()' })
  appliedAt!: Date;
}
