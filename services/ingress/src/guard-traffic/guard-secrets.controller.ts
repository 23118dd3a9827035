import { randomBytes } from 'node:crypto';
import { Controller, Header, HttpCode, Post, Req } from '@nestjs/common';
import { actorOf, INSTALLATION_TRAIL, Subject, type AuditNoted } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { Settings } from '#libs/runtime';
import { guardSecret } from '#libs/secrets';
import { z } from 'zod';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readJson } from '../http/read-json.js';

const STORE_WITHIN_MILLISECONDS = 5_000;
const ID_BYTES = 12;
const LONGEST_URL_CHARACTERS = 2_000;

const secretFields = z.strictObject({ url: z.url({ protocol: /^https?$/ }).max(LONGEST_URL_CHARACTERS) });

/** Tells operators what requests to a guard's service are signed with, so that they can give it to whoever runs that service. */
@Controller('admin/v1/guard-secrets')
export class GuardSecretsController {
  constructor(
    private readonly messaging: Messaging,
    private readonly settings: Settings,
  ) {}

  @Post()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Permit('update', 'Operations')
  @Describe({ summary: 'Read the secret that requests to the service of a guard are signed with', body: secretFields })
  async read(@Req() { caller, body }: AuthenticatedRequest): Promise<object> {
    const url = new URL(readJson(body, secretFields).url);
    const note: AuditNoted = {
      noteId: `note_${randomBytes(ID_BYTES).toString('hex')}`,
      organization: INSTALLATION_TRAIL,
      type: 'guard-secret.read',
      actor: actorOf(caller),
      subject: { kind: 'guard-service', id: url.origin },
      detail: { url: `${url.origin}${url.pathname}` },
      happenedAt: Date.now(),
    };
    // Nothing is told that is not on record.
    await this.messaging.store(
      Subject.auditNoted(INSTALLATION_TRAIL),
      JSON.stringify(note),
      { headers: { 'Nats-Msg-Id': note.noteId } },
      STORE_WITHIN_MILLISECONDS,
    );
    return { object: 'guard_secret', url: url.href, secret: guardSecret(url, this.settings.secretKey) };
  }
}
