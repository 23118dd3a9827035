import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An organisation's log: how many entries it has. Locked while entries are added, so that several processes may record. */
@Entity('logs')
export class Log {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'logs_pkey' })
  organization!: string;

  @Column('bigint', { default: 0 })
  size!: string;

  /** Entries before this one were removed when their time was over; their hashes stay. */
  @Column('bigint', { name: 'kept_from', default: 0 })
  keptFrom!: string;

  /** Entries before this one are in the stream AUDIT. */
  @Column('bigint', { name: 'streamed', default: 0 })
  streamed!: string;

  /** Until somebody lifts it, nothing of the log is removed; null where nothing holds it. */
  @Column('timestamptz', { name: 'held_since', nullable: true })
  heldSince!: Date | null;

  /** When its newest entry was recorded; time never runs backwards within a log. */
  @Column('timestamptz', { name: 'recorded_at', default: () => 'now()' })
  recordedAt!: Date;
}
