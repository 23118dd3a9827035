import { QueryRefused } from '#libs/messaging';

/** A response of somebody else is as unknown as one that never was. */
export function unknownResponse(id: string): QueryRefused {
  return new QueryRefused({
    status: 404,
    code: 'response_not_found',
    message: `Response with id '${id.slice(0, 100)}' not found.`,
    param: 'id',
  });
}
