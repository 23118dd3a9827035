import { fileURLToPath } from 'node:url';

/** The root of the project, below which dist/ lies. */
export const PROJECT_FOLDER = fileURLToPath(new URL('../../', import.meta.url));
