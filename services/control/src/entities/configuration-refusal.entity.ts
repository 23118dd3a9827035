import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** One configuration that was found wrong and not put in force. */
@Entity('configuration_refusals')
export class ConfigurationRefusal {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'configuration_refusals_pkey',
  })
  id!: string;

  @Column('text', { name: 'source_sha256' })
  sourceSha256!: string;

  @Column('text')
  origin!: string;

  /** A list of `ConfigurationProblem`. */
  @Column('jsonb')
  problems!: unknown;

  @Column('timestamptz', { name: 'refused_at', default: () => 'now()' })
  refusedAt!: Date;
}
