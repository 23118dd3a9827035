import { invitationSchema, type Invitation } from '#libs/contracts';
import { z } from 'zod';
import type { ApiClient } from '../call-api/api-client.js';
import { CliError } from '../cli.error.js';

const member = z.object({
  id: z.string(),
  email: z.string(),
  role: z.string(),
  project: z.string().optional(),
  managedBy: z.string(),
});
const page = z.object({ data: z.array(member), hasMore: z.boolean(), next: z.string().nullable() });
const changed = z.object({ deleted: z.literal(true) });

/** A person with a role, in an organisation or one project of it. */
export type Member = z.infer<typeof member>;

/** Which of the members of an organisation; `project` where one address has several roles. */
export interface WhichMember {
  readonly email: string;
  readonly project?: string | undefined;
}

/** The addresses below `/admin/v1/organizations/{organization}/members`. */
export class MemberApi {
  private readonly address: string;

  constructor(
    private readonly api: ApiClient,
    organization: string,
  ) {
    this.address = `/admin/v1/organizations/${encodeURIComponent(organization)}/members`;
  }

  async list(): Promise<Member[]> {
    const members: Member[] = [];
    let after: string | null = '';
    while (after !== null) {
      const cursor: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`;
      const { data, hasMore, next }: z.infer<typeof page> = await this.api.json(
        'GET',
        `${this.address}?limit=100${cursor}`,
        page,
      );
      members.push(...data);
      after = hasMore ? next : null;
    }
    return members;
  }

  /**
   * The role in the project or, without one, in the whole organisation; where there is none of that kind, the only one in a project.
   * @throws CliError where there is none, or more than one that it could be
   */
  async find({ email, project }: WhichMember): Promise<Member> {
    const ofAddress = await this.ofAddress(email);
    const there = ofAddress.filter((one) => one.project === project);
    const found = project === undefined && there.length === 0 ? ofAddress : there;
    const [only] = found;
    if (!only) throw new CliError(`${email} is no member there. "switchyard members list" shows who is.`);
    if (found.length > 1)
      throw new CliError(
        `${email} has roles in several projects; name one with --project: ${found.map((one) => one.project).join(', ')}.`,
      );
    return only;
  }

  /** The member of just this place; undefined where the address has no role of its own there. */
  async at({ email, project }: WhichMember): Promise<Member | undefined> {
    return (await this.ofAddress(email)).find((one) => one.project === project);
  }

  create(fields: WhichMember & { role: string }): Promise<Member> {
    return this.api.json('POST', this.address, member, fields);
  }

  invite({ id }: Member, reset: boolean): Promise<Invitation> {
    return this.api.json('POST', `${this.of(id)}/invitation`, invitationSchema, { reset });
  }

  /** Changes by people at a terminal: what is there counts, whoever changed it last. */
  changeRole({ id }: Member, role: string): Promise<Member> {
    return this.api.json('PATCH', this.of(id), member, { role }, { 'if-match': '*' });
  }

  async remove({ id }: Member): Promise<void> {
    await this.api.json('DELETE', this.of(id), changed, undefined, { 'if-match': '*' });
  }

  private async ofAddress(email: string): Promise<Member[]> {
    const small = email.toLowerCase();
    return (await this.list()).filter((one) => one.email.toLowerCase() === small);
  }

  private of(id: string): string {
    return `${this.address}/${encodeURIComponent(id)}`;
  }
}
