import { ensureBuild } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { ensureNode24 } from './node-24.mjs';

/**
 * Does every set-up step that is missing in this clone, and nothing when nothing is: Node 24, the dependencies, the
 * build. Runs on Node 20 without any dependency. Gives the path of the Node to go on with.
 */
export async function bootstrap({ build = true } = {}) {
  const node = await ensureNode24();
  await ensureDependencies(node);
  if (build) await ensureBuild(node);
  return node;
}
