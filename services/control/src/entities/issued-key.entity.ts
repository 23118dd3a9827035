import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A key that the admin API made. The key itself is kept nowhere. */
@Entity('keys')
@Index('keys_hash', ['hash'], { unique: true })
@Index('keys_place', ['organization', 'id'])
@Index('keys_of_a_name', ['organization', 'project', 'name', 'ordinal'], { unique: true })
@Check('keys_ordinal_check', 'ordinal > 0')
@Check('keys_lineage_check', 'lineage > 0')
export class IssuedKeyRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'keys_pkey' })
  id!: string;

  @Column('text')
  organization!: string;

  @Column('text')
  project!: string;

  @Column('text')
  name!: string;

  /** HMAC of the key under the pepper, hexadecimal. */
  @Column('text')
  hash!: string;

  @Column('text')
  hint!: string;

  /** Scopes and what else it is bound to. */
  @Column('jsonb')
  bounds!: unknown;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  @Column('text', { name: 'replaced_by', nullable: true })
  replacedBy!: string | null;

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  /** Which key of its name it is; the last one speaks for the name. */
  @Column('integer')
  ordinal!: number;

  /** The ordinal of the first key that rotations led here from; its budgets are named by it. */
  @Column('integer')
  lineage!: number;

  @Column('bigint')
  version!: string;
}
