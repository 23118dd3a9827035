import { spawn } from 'node:child_process';

import { Refusal } from './refusal.mjs';

const SAY_STILL_AT_IT_MILLISECONDS = 10_000;
const KEPT_OUTPUT_CHARACTERS = 6_000;

/**
 * Runs one set-up step quietly, telling on stderr what it does and how long it has taken; its output is shown only when
 * it fails. `title` says what is done, `remedy` what the user can do when it does not work.
 */
export async function runStep({ title, remedy, command, args, cwd, env }) {
  const startedAt = Date.now();
  const seconds = () => ((Date.now() - startedAt) / 1000).toFixed(0);
  process.stderr.write(`• ${title} …\n`);
  const timer = setInterval(
    () => process.stderr.write(`  still at it: ${title}, ${seconds()} s\n`),
    SAY_STILL_AT_IT_MILLISECONDS,
  );
  let output = '';
  const keep = (chunk) => (output = `${output}${chunk}`.slice(-KEPT_OUTPUT_CHARACTERS));
  try {
    const end = await new Promise((resolve, reject) => {
      const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout.on('data', keep);
      child.stderr.on('data', keep);
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal }));
    }).catch((error) => {
      throw new Refusal(
        `${title} failed: ${error.code === 'ENOENT' ? `${command} is not installed` : error.message}.`,
        remedy,
        { cause: error },
      );
    });
    if (end.code !== 0) throw new Refusal(explain(title, output, end), remedyFor(output, remedy));
  } finally {
    clearInterval(timer);
  }
  process.stderr.write(`  done in ${seconds()} s\n`);
}

function explain(title, output, { code, signal }) {
  return `${output.trim()}\n\n${title} failed (${signal ?? `exit code ${code}`}).`;
}

function remedyFor(output, remedy) {
  if (/ENOSPC|No space left/.test(output)) return 'The disk is full: free some space and start again.';
  if (/EACCES|EPERM|EROFS/.test(output))
    return 'This folder cannot be written to: run as its owner, or clone into a folder of your own.';
  if (/ENOTFOUND|ETIMEDOUT|ECONNREFUSED|EAI_AGAIN|ECONNRESET/.test(output))
    return 'The npm registry cannot be reached: check the network, a proxy, or `npm config get registry`.';
  return remedy;
}
