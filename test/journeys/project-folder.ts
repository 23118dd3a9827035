import { fileURLToPath } from 'node:url';

/** The root of the project, below which dist/ lies; the same for our sources and for what is built of them. */
export const PROJECT_FOLDER = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/dist\/$/, '/');
