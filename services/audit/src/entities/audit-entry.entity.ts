import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * One entry of an organisation's log. `body` holds the exact bytes that are hashed; the other columns are copies out of it, to
 * search by. The table is partitioned by month; rows are only ever added: triggers refuse anything else. An entry's hash stands
 * in the tiles of its log.
 */
@Entity('entries')
@Index('entries_request_id', ['requestId'])
@Index('entries_recorded_at', ['recordedAt', 'organization', 'sequence'])
@Index('entries_notes', ['organization', 'sequence'], {
  where: "type <> ALL ('{request.completed,request.failed,request.cancelled,request.expired}'::text[])",
})
@Index('entries_key', ['organization', 'key', 'sequence'])
export class AuditEntry {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'entries_pkey' })
  organization!: string;

  /** Place in the organisation's log, from 0 without gaps. */
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'entries_pkey' })
  sequence!: string;

  @PrimaryColumn('timestamptz', { name: 'recorded_at', primaryKeyConstraintName: 'entries_pkey' })
  recordedAt!: Date;

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

  /** The event as JSON, without the answer, which is the customer's data. */
  @Column('text')
  body!: string;
}
