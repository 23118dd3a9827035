import { RequestMethod, type ExecutionContext, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import type { ModulesContainer } from '@nestjs/core';
import type { PlanFeature } from '#libs/contracts';
import { featureOf } from '../authenticate/plan-gate.js';
import { ruleOf, type RouteRule } from '../authenticate/permit.js';
import { descriptionOf, type RouteDescription } from './describe.js';

/** A route as the running server has it: its address, who may use it and what it does. */
export interface LiveRoute {
  readonly method: string;
  /** With parameters as `:name`. */
  readonly url: string;
  /** Class and method that answer. */
  readonly handler: string;
  readonly rule: RouteRule | undefined;
  readonly description: RouteDescription | undefined;
  /** What the caller's plan must have. */
  readonly feature: PlanFeature | undefined;
}

type Handler = ReturnType<ExecutionContext['getHandler']>;

/** Every handler of every controller, by what Nest itself reads of them. */
export function liveRoutes(modules: ModulesContainer): LiveRoute[] {
  const controllers = [...modules.values()].flatMap((module) => [...module.controllers.values()]);
  return controllers.flatMap(({ metatype }) => routesOf(metatype as Type));
}

function routesOf(controller: Type): LiveRoute[] {
  const properties = Object.getOwnPropertyDescriptors(controller.prototype as object);
  return Object.entries(properties).flatMap(([name, { value }]) => {
    const handler = typeof value === 'function' ? (value as Handler) : undefined;
    const method = handler && (Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined);
    if (!handler || method === undefined) return [];
    const known = {
      method: RequestMethod[method],
      handler: `${controller.name}.${name}`,
      rule: ruleOf(handler, controller),
      description: descriptionOf(handler),
      feature: featureOf(handler),
    };
    return pathsOf(controller).flatMap((base) =>
      pathsOf(handler).map((path) => ({ ...known, url: joined(base, path) })),
    );
  });
}

function pathsOf(target: object): string[] {
  return [Reflect.getMetadata(PATH_METADATA, target) as string | string[]].flat();
}

function joined(base: string, path: string): string {
  const parts = [base, path].map((part) => part.replaceAll(/^\/|\/$/g, '')).filter((part) => part !== '');
  return `/${parts.join('/')}`;
}
