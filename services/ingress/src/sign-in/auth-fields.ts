import { z } from 'zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DialectError } from '#libs/dialects';
import { QueryRefused } from '#libs/messaging';
import { readFields, readJson } from '../http/read-json.js';
import { requireBody } from '../http/require-body.js';

/** Whether a body is what a page without scripts sends. */
export function isForm({ headers }: FastifyRequest): boolean {
  return headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
}

/** Reads a body of either form by its schema; `return_to` is read apart. @throws DialectError 400 */
export function readAuthBody<T>(request: FastifyRequest, schema: z.ZodType<T>): { fields: T; returnTo: unknown } {
  if (!isForm(request)) return { fields: readJson(request.body, schema), returnTo: undefined };
  const { return_to: returnTo, ...fields } = Object.fromEntries(
    new URLSearchParams(requireBody(request.body).toString()),
  );
  // A field of a form that is left empty is not given.
  const given = Object.entries(fields).filter(([, value]) => value !== '');
  return { fields: readFields(Object.fromEntries(given), schema), returnTo };
}

/** The code that a page tells somebody of, by which it finds its words. @throws what is no refusal */
export function codeOfRefusal(error: unknown): string {
  if (error instanceof QueryRefused) return error.reply.code;
  if (error instanceof DialectError) return error.code;
  throw error;
}

/** Says when to come again, where a refusal knows it. */
export async function withRetryAfter<T>(reply: FastifyReply, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof QueryRefused && error.reply.retryAfterSeconds !== undefined)
      reply.header('retry-after', String(error.reply.retryAfterSeconds));
    throw error;
  }
}
