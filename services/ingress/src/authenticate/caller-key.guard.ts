import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { abilityOf, whoMay, type Permission } from '#libs/permission';
import { TrailTally } from '../note-refusals/trail-tally.js';
import { Authentication } from './authentication.js';
import { ruleOf } from './permit.js';
import { featureOf, PlanGate } from './plan-gate.js';

/** Addresses that name the place they are about; at all others, those of LiteLLM's queue among them, a caller acts in one project. */
const NAMES_ITS_PLACE = /^\/(admin|key|team|spend)\//;

/** A request that the guard has let through. */
export type AuthenticatedRequest = FastifyRequest & { caller: Caller };

/**
 * The one guard of all routes: lets a request pass whose caller is known and may do what the route's `@Permit` says, and
 * whose plan has what its `@InPlan` says. A route without a rule lets nobody pass. Whether the very thing asked for may be seen is for the service that holds it.
 */
@Injectable()
export class CallerKeyGuard implements CanActivate {
  constructor(
    private readonly authentication: Authentication,
    private readonly tally: TrailTally,
    private readonly plans: PlanGate,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const rule = ruleOf(context.getHandler(), context.getClass());
    if (!rule)
      throw new DialectError(
        403,
        'no_permission_rule',
        'This address has no rule of who may use it, so nobody may: its handler needs @Permit(action, subject).',
      );
    if ('isPublic' in rule) return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    request.caller = this.authentication.callerOf(request);
    if ('isForPeople' in rule) requirePerson(request.caller);
    else requireAllowed(request, rule);
    const feature = featureOf(context.getHandler());
    if (feature) this.plans.require(request.caller, feature);
    this.tally.used(request.caller);
    return true;
  }
}

function requirePerson({ person }: Caller): void {
  if (person === undefined)
    throw new DialectError(403, 'session_required', 'This is for people who are signed in, not for keys.');
}

/**
 * Roles may hold elsewhere: what is asked for at the addresses of a project, which the caller does not name there, must be
 * allowed in the caller's own.
 */
function requireAllowed({ caller, routeOptions: { url = '' } }: AuthenticatedRequest, rule: Permission): void {
  const ability = abilityOf(caller);
  const isOfProject = caller.grants !== undefined && !NAMES_ITS_PLACE.test(url);
  const { organization, project } = caller;
  if (!(isOfProject ? ability.at(rule, { organization, project }) : ability.anywhere(rule)))
    throw refusalOf(caller, rule);
}

/** Says what is missing: a scope for a key, a role for a person, or the admin key. */
function refusalOf({ person, grants }: Caller, permission: Permission): DialectError {
  const { roles, scopes } = whoMay(permission);
  if (roles.length + scopes.length === 0)
    return new DialectError(403, 'admin_key_required', 'This address needs the admin key.');
  const what = `to ${permission.action} ${permission.subject}`;
  if (person !== undefined)
    return new DialectError(403, 'insufficient_permission', `You need the role ${roles.join(' or ')} ${what}.`);
  const role = grants ? ` and its service account the role ${roles.join(' or ')}` : '';
  const needed = scopes.length > 0 ? `The key needs the scope ${scopes.join(' or ')}${role}` : 'No key has the scope';
  return new DialectError(403, 'insufficient_permission', `${needed} ${what}.`);
}
