import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * A message whose effect is in the same schema: written in the same transaction as that effect, so that the message has
 * it once, however often it is delivered. The migration of a service makes the table with `createInboxTable`.
 */
@Entity('inbox')
export class InboxEntry {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'inbox_pkey' })
  consumer!: string;

  @PrimaryColumn('text', { name: 'message_id', primaryKeyConstraintName: 'inbox_pkey' })
  messageId!: string;

  @Index('inbox_recorded_at', { type: 'brin' })
  @Column('timestamptz', { name: 'recorded_at', default: () => 'now()' })
  recordedAt!: Date;
}
