import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * One event of an organisation's trail. `body` holds the exact bytes that are hashed; the other columns are copies out of it,
 * to search by. Rows are only ever added: a trigger refuses anything else.
 */
@Entity('entries')
@Index('entries_request_id', ['requestId'])
@Index('entries_recorded_at', ['recordedAt', 'organization', 'sequence'])
export class AuditEntry {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'entries_pkey' })
  organization!: string;

  /** Place in the organisation's chain, from 0 without gaps. */
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'entries_pkey' })
  sequence!: string;

  @Column('text', { name: 'request_id' })
  requestId!: string;

  @Column('text')
  type!: string;

  @Column('text')
  project!: string;

  @Column('text')
  key!: string;

  @Column('text')
  model!: string;

  @Column('timestamptz', { name: 'recorded_at', default: () => 'now()' })
  recordedAt!: Date;

  /** The event as JSON, without the answer, which is the customer's data. */
  @Column('text')
  body!: string;

  @Column('bytea', { name: 'previous_hash' })
  previousHash!: Buffer;

  /** SHA-256 over `previous_hash` followed by the UTF-8 bytes of `body`. */
  @Column('bytea')
  hash!: Buffer;
}
