import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A key that checkpoints are signed with; the newest one signs, the others still verify what they signed. */
@Entity('signing_keys')
export class SigningKey {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'signing_keys_pkey' })
  number!: string;

  @Column('bytea', { name: 'public_key' })
  publicKey!: Buffer;

  /** PKCS 8 in PEM, in an envelope under SWITCHYARD_SECRET_KEY. */
  @Column('text', { name: 'sealed_private_key' })
  sealedPrivateKey!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
