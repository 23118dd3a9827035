import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A part of a prompt and an answer, encrypted; the hash of the ciphertext stands in the trail. */
@Entity('payloads')
@Index('payloads_by_age', ['organization', 'project', 'keptAt'])
@Index('payloads_expiring', ['expiresAt'], { where: 'expires_at IS NOT NULL' })
export class PayloadRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'payloads_pkey' })
  organization!: string;

  @PrimaryColumn('text', { name: 'request_id', primaryKeyConstraintName: 'payloads_pkey' })
  requestId!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'payloads_pkey' })
  part!: number;

  @Column('text')
  project!: string;

  /** The key that opens it. */
  @Column('bigint', { name: 'key_id' })
  keyId!: string;

  /** `PayloadCaptured`, without the name of the end user. */
  @Column('jsonb')
  head!: unknown;

  @Column('bytea')
  ciphertext!: Buffer;

  @Column('timestamptz', { name: 'kept_at', default: () => 'now()' })
  keptAt!: Date;

  /** From when on it is removed; null where it stays. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;
}
