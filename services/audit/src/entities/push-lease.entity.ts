import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Which process sends to a destination, and until when nobody else does. */
@Entity('push_leases')
export class PushLease {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'push_leases_pkey' })
  destination!: string;

  @Column('text')
  holder!: string;

  @Column('timestamptz', { name: 'leased_until' })
  leasedUntil!: Date;
}
