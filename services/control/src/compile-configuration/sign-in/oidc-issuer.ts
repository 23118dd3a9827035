import type { Role } from '#libs/contracts';

/** Makes who has a claim a member, when they sign in and are none in that place. */
export interface AutoJoin {
  readonly organization: string;
  readonly project?: string | undefined;
  readonly role: Role;
  readonly claim: string;
  readonly value: string;
}

/** An identity provider that people sign in at. Its secret never leaves control. */
export interface OidcIssuer {
  readonly name: string;
  readonly label: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret?: string | undefined;
  readonly clientAuthentication: 'basic' | 'post';
  readonly scopes: readonly string[];
  /** Organisations that it vouches for members of; undefined: all. */
  readonly organizations?: readonly string[] | undefined;
  readonly trustEmail: boolean;
  readonly autoJoin: readonly AutoJoin[];
}
