import { Module } from '@nestjs/common';

import { StorageModule } from '#libs/storage';

import { ApplyDocumentsController } from './apply-documents/apply-documents.controller.js';
import { ApplyDocumentsHandler } from './apply-documents/apply-documents.handler.js';
import { ApplyConfigurationHandler } from './apply-configuration/apply-configuration.handler.js';
import { ConfigurationInForce } from './apply-configuration/configuration-in-force.js';
import { ConfigurationRefusalsRepository } from './apply-configuration/configuration-refusals.repository.js';
import { ConfigurationVersionsRepository } from './apply-configuration/configuration-versions.repository.js';
import { ChangePoliciesHandler } from './change-policies/change-policies.handler.js';
import { ListPoliciesHandler } from './change-policies/list-policies.handler.js';
import { PoliciesController } from './change-policies/policies.controller.js';
import { ChangeDocumentsHandler } from './change-documents/change-documents.handler.js';
import { DocumentsController } from './change-documents/documents.controller.js';
import { ShownDocuments } from './change-documents/shown-documents.js';
import { controlSchema } from './control.schema.js';
import { DocumentsRepository } from './keep-documents/documents.repository.js';
import { IssueKeysHandler } from './manage-keys/issue-keys.handler.js';
import { KeyPublisher } from './manage-keys/key-publisher.js';
import { KeysController } from './manage-keys/keys.controller.js';
import { KeysRepository } from './manage-keys/keys.repository.js';
import { RevokeKeysHandler } from './manage-keys/revoke-keys.handler.js';
import { VisibleKeys } from './manage-keys/visible-keys.js';
import { OutgoingMessagesRepository } from './note-changes/outgoing-messages.repository.js';
import { OutgoingRelay } from './note-changes/outgoing-relay.js';
import { DeadLettersRepository } from './keep-dead-letters/dead-letters.repository.js';
import { DropOldLettersRunner } from './keep-dead-letters/drop-old-letters.runner.js';
import { KeepDeadLettersConsumer } from './keep-dead-letters/keep-dead-letters.consumer.js';
import { DeadLettersController } from './settle-dead-letters/dead-letters.controller.js';
import { SettleDeadLettersHandler } from './settle-dead-letters/settle-dead-letters.handler.js';
import { SnapshotPublisher } from './publish-snapshot/snapshot-publisher.js';
import { SnapshotReconciler } from './publish-snapshot/snapshot-reconciler.js';
import { ReplayPolicyController } from './replay-policy/replay-policy.controller.js';
import { ReplayPolicyHandler } from './replay-policy/replay-policy.handler.js';
import { ResultsTrimming } from './trim-streams/results-trimming.js';
import { PeopleController } from './administer-people/people.controller.js';
import { PeopleHandler } from './administer-people/people.handler.js';
import { AcceptInvitationHandler } from './invite-people/accept-invitation.handler.js';
import { InvitationsRepository } from './invite-people/invitations.repository.js';
import { InvitePeopleHandler } from './invite-people/invite-people.handler.js';
import { PeopleRepository } from './keep-people/people.repository.js';
import { PersonGrants } from './keep-people/person-grants.js';
import { RenewCallersController } from './renew-callers/renew-callers.controller.js';
import { RenewCallersHandler } from './renew-callers/renew-callers.handler.js';
import { PersonNotes } from './keep-people/person-notes.js';
import { SessionOpener } from './keep-sessions/session-opener.js';
import { SessionsHandler } from './keep-sessions/sessions.handler.js';
import { SessionsRepository } from './keep-sessions/sessions.repository.js';
import { AutoJoiner } from './sign-in-by-oidc/auto-joiner.js';
import { OidcFlowsRepository } from './sign-in-by-oidc/oidc-flows.repository.js';
import { OidcIssuers } from './sign-in-by-oidc/oidc-issuers.js';
import { SignInByOidcHandler } from './sign-in-by-oidc/sign-in-by-oidc.handler.js';
import { Passwords } from './sign-in-locally/passwords.js';
import { SignInAttempts } from './sign-in-locally/sign-in-attempts.repository.js';
import { SignInLocallyHandler } from './sign-in-locally/sign-in-locally.handler.js';
import { ConfigurationReloader } from './watch-configuration/configuration-reloader.js';

@Module({
  imports: [StorageModule.forService(controlSchema)],
  controllers: [
    PoliciesController,
    ReplayPolicyController,
    DocumentsController,
    KeysController,
    ApplyDocumentsController,
    KeepDeadLettersConsumer,
    DeadLettersController,
    PeopleController,
    RenewCallersController,
  ],
  providers: [
    ApplyConfigurationHandler,
    ConfigurationInForce,
    ConfigurationVersionsRepository,
    ConfigurationRefusalsRepository,
    SnapshotPublisher,
    SnapshotReconciler,
    ConfigurationReloader,
    ResultsTrimming,
    ChangePoliciesHandler,
    ListPoliciesHandler,
    ReplayPolicyHandler,
    DocumentsRepository,
    ShownDocuments,
    ChangeDocumentsHandler,
    ApplyDocumentsHandler,
    KeysRepository,
    VisibleKeys,
    KeyPublisher,
    IssueKeysHandler,
    RevokeKeysHandler,
    OutgoingMessagesRepository,
    OutgoingRelay,
    DeadLettersRepository,
    DropOldLettersRunner,
    SettleDeadLettersHandler,
    PeopleRepository,
    PersonGrants,
    RenewCallersHandler,
    PersonNotes,
    PeopleHandler,
    SessionsRepository,
    SessionOpener,
    SessionsHandler,
    Passwords,
    SignInAttempts,
    SignInLocallyHandler,
    InvitationsRepository,
    InvitePeopleHandler,
    AcceptInvitationHandler,
    OidcIssuers,
    OidcFlowsRepository,
    AutoJoiner,
    SignInByOidcHandler,
  ],
})
export class ControlModule {}
