import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A data key of an organisation's subject, wrapped by the key provider; the wrapped key of one that was erased is gone. */
@Entity('payload_keys')
@Index('payload_keys_in_use', ['organization', 'subject'], { unique: true, where: 'erased_at IS NULL' })
@Check('payload_keys_erased_means_gone', '(wrapped IS NULL) = (erased_at IS NOT NULL)')
export class PayloadKey {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'payload_keys_pkey',
  })
  id!: string;

  @Column('text')
  organization!: string;

  /** The pseudonym of the subject. */
  @Column('text')
  subject!: string;

  /** Who wrapped it. */
  @Column('text')
  provider!: string;

  @Column('text', { nullable: true })
  wrapped!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'erased_at', nullable: true })
  erasedAt!: Date | null;
}
