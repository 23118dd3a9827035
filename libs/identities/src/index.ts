export { permissionsOf, trailReaderPermissions, OPERATOR_PERMISSIONS } from './permissions.policy.js';
export type { Permissions } from './permissions.policy.js';
export { writeAuthorization } from './authorization.policy.js';
export type { AuthorizedIdentity } from './authorization.policy.js';
export { AUTHORIZATION_FILE, ensureIdentities, OPERATOR, seedFile } from './identity-files.js';
export type { TrailReader } from './identity-files.js';
