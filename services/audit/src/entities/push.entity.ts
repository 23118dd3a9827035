import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How far a destination outside has been sent an organisation's log: the sequence that comes next. */
@Entity('pushes')
export class Push {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pushes_pkey' })
  destination!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pushes_pkey' })
  organization!: string;

  @Column('bigint')
  pushed!: string;
}
