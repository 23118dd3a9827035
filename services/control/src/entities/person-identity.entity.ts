import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Who somebody is at an identity provider. */
@Entity('person_identities')
export class PersonIdentityRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'person_identities_pkey' })
  issuer!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'person_identities_pkey' })
  subject!: string;

  @Column('text')
  person!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
