import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A message recorded together with what it tells of, until a stream has it. */
@Entity('outgoing_messages')
export class OutgoingMessage {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'outgoing_messages_pkey',
  })
  id!: string;

  @Column('text')
  subject!: string;

  @Column('text', { name: 'message_id' })
  messageId!: string;

  @Column('jsonb')
  body!: unknown;

  @Column('timestamptz', { name: 'recorded_at', default: () => 'now()' })
  recordedAt!: Date;
}
