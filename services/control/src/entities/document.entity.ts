import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One piece of the configuration that is kept by the admin API. */
@Entity('documents')
export class Document {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'documents_pkey' })
  kind!: string;

  /** Empty for what is one for the whole installation. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'documents_pkey' })
  organization!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'documents_pkey' })
  name!: string;

  /** The fields as in the file, without secrets. */
  @Column('jsonb')
  document!: unknown;

  /** A provider's credentials, each in an envelope of its own that only opens for it. */
  @Column('text', { array: true, nullable: true })
  credentials!: string[] | null;

  /** Grows with each change. */
  @Column('bigint')
  version!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
