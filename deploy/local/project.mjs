import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this clone. */
export const projectFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export const manifest = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'));

/** The Node that everything but these scripts runs under: exactly what package.json pins. */
export const pinnedNode = manifest.devDependencies.node;
