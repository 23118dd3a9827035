import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A signed word on the state of a log. Rows are only ever added, and noted as published. */
@Entity('checkpoints')
@Index('checkpoints_unpublished', ['signedAt'], { where: '(published_at IS NULL)' })
export class CheckpointRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'checkpoints_pkey' })
  organization!: string;

  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'checkpoints_pkey' })
  size!: string;

  @PrimaryColumn('timestamptz', { name: 'signed_at', primaryKeyConstraintName: 'checkpoints_pkey' })
  signedAt!: Date;

  @Column('text')
  note!: string;

  @Column('timestamptz', { name: 'published_at', nullable: true })
  publishedAt!: Date | null;
}
