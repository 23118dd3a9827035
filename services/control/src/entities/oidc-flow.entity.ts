import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A browser that was sent to an identity provider and has not come back yet. */
@Entity('oidc_flows')
@Index('oidc_flows_expiry', ['expiresAt'])
export class OidcFlowRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'oidc_flows_pkey' })
  hash!: string;

  @Column('text')
  issuer!: string;

  @Column('text')
  state!: string;

  @Column('text')
  nonce!: string;

  @Column('text', { name: 'code_verifier' })
  codeVerifier!: string;

  @Column('text', { name: 'redirect_uri' })
  redirectUri!: string;

  @Column('text', { name: 'return_to' })
  returnTo!: string;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
