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

  /** When its newest entry was recorded; time never runs backwards within a log. */
  @Column('timestamptz', { name: 'recorded_at', default: () => 'now()' })
  recordedAt!: Date;
}
