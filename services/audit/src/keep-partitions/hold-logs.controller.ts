import { Controller } from '@nestjs/common';
import {
  auditHoldListSchema,
  auditHoldPutSchema,
  Subject,
  type AuditHoldList,
  type AuditHoldPage,
  type AuditHoldPut,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { KnownOrganizations } from '../list-events/known-organizations.js';
import { NoteDeeds, type Deed } from '../note-deeds/note-deeds.js';
import { PartitionsRepository } from './partitions.repository.js';

/** Legal holds: what is held is not removed, however old. Only the bootstrap key gets here (the edge sees to that). */
@Controller()
export class HoldLogsController {
  constructor(
    private readonly partitions: PartitionsRepository,
    private readonly deeds: NoteDeeds,
    private readonly known: KnownOrganizations,
  ) {}

  @AnswerQuery(Subject.auditHoldList, auditHoldListSchema)
  async list(_query: AuditHoldList): Promise<AuditHoldPage> {
    const holds = await this.partitions.holds();
    return { holds: holds.map(({ organization, heldSince }) => ({ organization, heldSince: heldSince.getTime() })) };
  }

  @AnswerQuery(Subject.auditHoldPut, auditHoldPutSchema)
  async put({ caller, organization, isHeld, reason }: AuditHoldPut): Promise<AuditHoldPage> {
    await this.known.require(organization);
    const deed: Deed = {
      organization,
      type: isHeld ? 'legal-hold.placed' : 'legal-hold.lifted',
      subject: { kind: 'audit-trail', id: organization },
      detail: { reason },
    };
    try {
      await this.deeds.note(caller, deed, async (transaction) => {
        if (!(await this.partitions.hold(organization, isHeld, transaction))) throw new WasSoBefore();
      });
    } catch (error) {
      if (!(error instanceof WasSoBefore)) throw error;
    }
    return this.list({ caller });
  }
}

/** Nothing was placed or lifted, so that nothing is to be noted. */
class WasSoBefore extends Error {}
