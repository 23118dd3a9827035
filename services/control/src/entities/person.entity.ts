import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Somebody who can sign in. The address is in small letters. */
@Entity('people')
@Index('people_email', ['email'], { unique: true })
export class PersonRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'people_pkey' })
  id!: string;

  @Column('text')
  email!: string;

  @Column('text', { name: 'password_hash', nullable: true })
  passwordHash!: string | null;

  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_signed_in_at', nullable: true })
  lastSignedInAt!: Date | null;
}
