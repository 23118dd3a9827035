import { SetMetadata, type CustomDecorator, type ExecutionContext, type Type } from '@nestjs/common';
import type { Action, Permission, Subject } from '#libs/permission';

const RULE = Symbol('the permission rule of a route');

/** What a route asks of its caller: a permission, to be signed in, or nothing for the few that are open to strangers. */
export type RouteRule = Permission | { readonly isPublic: true } | { readonly isForPeople: true };

/** Says what a caller must be allowed to do for this route, or for all routes of a controller that say nothing themselves. */
export function Permit(action: Action, subject: Subject): CustomDecorator<symbol> {
  return SetMetadata(RULE, { action, subject } satisfies RouteRule);
}

/** Opens a route to strangers: it must tell nothing about anybody and change nothing. */
export function Public(): CustomDecorator<symbol> {
  return SetMetadata(RULE, { isPublic: true } satisfies RouteRule);
}

/** Opens a route to everybody who is signed in, for what is theirs alone: their session, their password. */
export function ForPeople(): CustomDecorator<symbol> {
  return SetMetadata(RULE, { isForPeople: true } satisfies RouteRule);
}

type Handler = ReturnType<ExecutionContext['getHandler']>;

/** The rule of a handler, or else of its controller; undefined where nobody wrote one, which lets nobody through. */
export function ruleOf(handler: Handler, controller: Type): RouteRule | undefined {
  return (Reflect.getMetadata(RULE, handler) ?? Reflect.getMetadata(RULE, controller)) as RouteRule | undefined;
}
