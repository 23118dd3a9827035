import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** Entries of some classes that were removed from a month of a log, when their time was over; their hashes stay. */
@Entity('removals')
@Index('removals_organization', ['organization'])
export class Removal {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'removals_pkey',
  })
  id!: string;

  @Column('text')
  organization!: string;

  @Column('int8multirange')
  sequences!: string;

  @Column('text', { array: true })
  classes!: string[];

  @Column('timestamptz', { name: 'removed_at', default: () => 'now()' })
  removedAt!: Date;
}
