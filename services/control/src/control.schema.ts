import type { ServiceSchema } from '#libs/storage';

import { ConfigurationRefusal } from './entities/configuration-refusal.entity.js';
import { ConfigurationVersion } from './entities/configuration-version.entity.js';
import { Document } from './entities/document.entity.js';
import { IssuedKeyRow } from './entities/issued-key.entity.js';
import { InvitationRow } from './entities/invitation.entity.js';
import { OidcFlowRow } from './entities/oidc-flow.entity.js';
import { OutgoingMessage } from './entities/outgoing-message.entity.js';
import { PersonIdentityRow } from './entities/person-identity.entity.js';
import { PersonOrganizationRow } from './entities/person-organization.entity.js';
import { PersonRow } from './entities/person.entity.js';
import { SessionRow } from './entities/session.entity.js';
import { SignInAttemptRow } from './entities/sign-in-attempt.entity.js';
import { CreateConfigurationVersions1764000000000 } from './migrations/1-create-configuration-versions.js';
import { TellPoliciesApart1764000000010 } from './migrations/2-tell-policies-apart.js';
import { CreateTenants1764000000020 } from './migrations/3-create-tenants.js';
import { CreateDeadLetters1764700000000 } from './migrations/4-create-dead-letters.js';
import { CreatePeople1764700000010 } from './migrations/5-create-people.js';
import { ShowRowsToTenants1764800000000 } from './migrations/6-show-rows-to-tenants.js';
import { NumberKeysOfAName1764900000000 } from './migrations/7-number-keys-of-a-name.js';

/** What control keeps in Postgres. */
export const controlSchema: ServiceSchema = {
  schema: 'control',
  entities: [
    ConfigurationVersion,
    ConfigurationRefusal,
    Document,
    IssuedKeyRow,
    OutgoingMessage,
    PersonRow,
    PersonOrganizationRow,
    PersonIdentityRow,
    SessionRow,
    InvitationRow,
    OidcFlowRow,
    SignInAttemptRow,
  ],
  migrations: [
    CreateConfigurationVersions1764000000000,
    TellPoliciesApart1764000000010,
    CreateTenants1764000000020,
    CreateDeadLetters1764700000000,
    CreatePeople1764700000010,
    ShowRowsToTenants1764800000000,
    NumberKeysOfAName1764900000000,
  ],
  poolSize: 4,
};
