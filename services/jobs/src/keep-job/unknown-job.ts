import { QueryRefused } from '#libs/messaging';

/** A job of somebody else is as unknown as one that never was. */
export function unknownJob(id: string): QueryRefused {
  return new QueryRefused({
    status: 404,
    code: 'job_not_found',
    message: `No job '${id.slice(0, 100)}' is known.`,
    param: 'id',
  });
}
