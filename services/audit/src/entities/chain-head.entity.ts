import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The newest entry of each chain; locked while entries are added, so that several processes may record. */
@Entity('chain_heads')
export class ChainHead {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'chain_heads_pkey' })
  organization!: string;

  /** -1 before the first entry. */
  @Column('bigint')
  sequence!: string;

  @Column('bytea')
  hash!: Buffer;
}
