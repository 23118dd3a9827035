import { SetMetadata, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import type { ZodType } from 'zod';

const DESCRIPTION = Symbol('what a route does, for people');

/** What the document of the API says of a route. The schemas are those that the route itself reads by. */
export interface RouteDescription {
  readonly summary: string;
  readonly body?: ZodType;
  readonly query?: ZodType;
  readonly answer?: ZodType;
  /** The status of success, where it is not 200. */
  readonly status?: number;
  /** Whether the route looks at `If-Match`. */
  readonly takesEtag?: boolean;
}

/** Describes a route for `/openapi.json`; of one without the table of summaries tells what it does. */
export function Describe(description: RouteDescription): CustomDecorator<symbol> {
  return SetMetadata(DESCRIPTION, description);
}

export function descriptionOf(handler: ReturnType<ExecutionContext['getHandler']>): RouteDescription | undefined {
  return Reflect.getMetadata(DESCRIPTION, handler) as RouteDescription | undefined;
}
