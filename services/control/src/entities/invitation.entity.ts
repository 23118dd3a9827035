import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An invitation or the reset of a password, until it is used; `grants` is what the person was when it was made. */
@Entity('invitations')
@Index('invitations_place', ['email', 'organization'])
export class InvitationRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'invitations_pkey' })
  hash!: string;

  @Column('text')
  email!: string;

  @Column('text')
  organization!: string;

  @Column('text')
  kind!: string;

  @Column('jsonb')
  grants!: unknown;

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
