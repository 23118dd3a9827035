import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An organization that vouched for somebody who signs in by password: an invitation of it was accepted. */
@Entity('person_organizations')
export class PersonOrganizationRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'person_organizations_pkey' })
  person!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'person_organizations_pkey' })
  organization!: string;

  @Column('timestamptz', { name: 'joined_at', default: () => 'now()' })
  joinedAt!: Date;
}
