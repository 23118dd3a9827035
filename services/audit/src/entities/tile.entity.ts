import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Up to 256 neighbouring hashes of a log's tree, as in C2SP tlog-tiles; only those at its right edge still change. */
@Entity('tiles')
export class TileRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'tiles_pkey' })
  organization!: string;

  /** 0: hashes of entries; above: roots of full tiles below. */
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'tiles_pkey' })
  level!: number;

  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'tiles_pkey' })
  index!: string;

  @Column('bytea')
  hashes!: Buffer;
}
