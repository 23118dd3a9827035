import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** How often somebody has lately tried to sign in to an account, or from an address. */
@Entity('sign_in_attempts')
@Index('sign_in_attempts_end', ['windowEndsAt'])
export class SignInAttemptRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'sign_in_attempts_pkey' })
  subject!: string;

  @Column('integer')
  attempts!: number;

  @Column('timestamptz', { name: 'window_ends_at' })
  windowEndsAt!: Date;
}
