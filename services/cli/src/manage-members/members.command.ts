import { Command, Option } from 'commander';
import { ROLES } from '#libs/contracts';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ADMIN_KEYS, connectionFrom } from '../call-api/connection.js';
import { CliError } from '../cli.error.js';
import { describeInvitation, describeMembers } from './describe-members.policy.js';
import { MemberApi } from './member-api.js';

const HELP = `
Example:
  switchyard members invite dev@example.com --organization acme --role developer   shows a token, once
  switchyard members invite dev@example.com --organization acme --reset            a new password for a member
  switchyard members role dev@example.com admin --organization acme
  switchyard members list --organization acme
  switchyard members remove dev@example.com --organization acme`;

interface Flags extends ConnectionFlags {
  organization: string;
  project?: string;
}

/** `switchyard members …`: who may sign in to an organisation, and as what. */
export function membersCommand(): Command {
  const members = new Command('members')
    .description('invite people to an organization, and say what they may do there')
    .addHelpText('after', HELP);
  for (const add of [addList, addInvite, addRole, addRemove]) add(members);
  return members;
}

function addList(members: Command): void {
  withPlace(members.command('list'), false)
    .description('show the members of an organization')
    .action(async (flags: Flags) => print(flags, await apiFrom(flags).list(), describeMembers));
}

function addInvite(members: Command): void {
  withPlace(members.command('invite'))
    .description('make somebody a member and print their invitation; of a member there is, only the invitation')
    .argument('<address>', 'their mail address')
    .addOption(new Option('--role <role>', 'what they may do').choices(ROLES).default('developer'))
    .option('--reset', 'have the password of a member replaced')
    .action(async (email: string, flags: Flags & { role: string; reset?: boolean }) => {
      const api = apiFrom(flags);
      const where = { email, ...(flags.project === undefined ? {} : { project: flags.project }) };
      const isReset = flags.reset ?? false;
      const there = isReset ? await api.find(where) : await api.at(where);
      const member = there ?? (await api.create({ ...where, role: flags.role }));
      const { url } = connectionFrom(flags, process.env, ADMIN_KEYS);
      try {
        print(flags, await api.invite(member, isReset), (invitation) => describeInvitation(invitation, url));
      } catch (error) {
        // Who has joined the organisation before needs no invitation to the role that was given to them just now.
        if (there || !(error instanceof CliError && error.code === 'already_joined')) throw error;
        print(flags, member, () => `${member.email} is ${member.role} now, with the password that they have.`);
      }
    });
}

function addRole(members: Command): void {
  withPlace(members.command('role'))
    .description('change what a member may do')
    .argument('<address>', 'their mail address')
    .argument('<role>', ROLES.join(', '))
    .action(async (email: string, role: string, flags: Flags) => {
      const api = apiFrom(flags);
      const member = await api.changeRole(await api.find({ email, project: flags.project }), role);
      print(flags, member, () => `${member.email} is ${member.role} now.`);
    });
}

function addRemove(members: Command): void {
  withPlace(members.command('remove'))
    .description('take a role away; sessions go on without it')
    .argument('<address>', 'their mail address')
    .action(async (email: string, flags: Flags) => {
      const api = apiFrom(flags);
      const member = await api.find({ email, project: flags.project });
      await api.remove(member);
      print(flags, { ...member, deleted: true }, () => `${member.email} is ${member.role} no more.`);
    });
}

function withPlace(command: Command, hasProject = true): Command {
  withConnection(command, ADMIN_KEYS).requiredOption('--organization <name>', 'whose members');
  return hasProject ? command.option('--project <name>', 'the role in this project alone') : command;
}

function apiFrom(flags: Flags): MemberApi {
  return new MemberApi(clientFrom(flags, ADMIN_KEYS), flags.organization);
}

function print<T>(flags: ConnectionFlags, answer: T, describe: (answer: T) => string): void {
  process.stdout.write(`${flags.json ? JSON.stringify(answer) : describe(answer)}\n`);
}
