import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What callers think of answers; the newest word on each request. Unlike the trail, it may be replaced. */
@Entity('feedback')
@Index('feedback_owner', ['organization', 'project', 'requestId'])
export class Feedback {
  @PrimaryColumn('text', { name: 'request_id', primaryKeyConstraintName: 'feedback_pkey' })
  requestId!: string;

  @Column('text')
  organization!: string;

  @Column('text')
  project!: string;

  /** Whose word it is. */
  @Column('text')
  key!: string;

  /** From 0 (useless) to 1 (right). */
  @Column('double precision')
  score!: number;

  @Column('text', { nullable: true })
  comment!: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  at!: Date;
}
