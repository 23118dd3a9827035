import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A session of a browser; the token itself is kept nowhere. A session that ended is gone. */
@Entity('sessions')
@Index('sessions_id', ['id'], { unique: true })
@Index('sessions_person', ['person'])
@Index('sessions_expiry', ['expiresAt'])
export class SessionRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'sessions_pkey' })
  hash!: string;

  @Column('text')
  id!: string;

  @Column('text')
  person!: string;

  @Column('text', { name: 'signed_in_by' })
  signedInBy!: string;

  @Column('text')
  address!: string;

  @Column('text', { name: 'user_agent' })
  userAgent!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_seen_at', default: () => 'now()' })
  lastSeenAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
