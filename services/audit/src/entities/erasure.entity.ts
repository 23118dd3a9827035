import { Column, Entity, PrimaryColumn } from 'typeorm';

/** When a subject was erased last: what was captured before is not kept, however late it arrives. */
@Entity('erasures')
export class Erasure {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'erasures_pkey' })
  organization!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'erasures_pkey' })
  subject!: string;

  @Column('timestamptz', { name: 'erased_at' })
  erasedAt!: Date;
}
