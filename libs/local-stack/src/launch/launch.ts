import { readSettings, type Settings } from '#libs/config';

import { awaitReady } from './await-ready.js';
import { firstCall, firstModel, shownNotices } from './first-call.js';
import { prepareHomeFolder } from './home-folder.js';
import { lockHome } from './home-lock.js';
import { adminKey, keepAdminKey, secretKey } from './keys.js';
import { assertPortIsFree } from './reachability.js';
import { Stack } from './stack.js';

const READY_WITHIN_MILLISECONDS = 180_000;

/** `signal` asks the launcher to stop; `print` gets one or more whole lines. */
export interface LaunchOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly projectFolder: string;
  readonly signal: AbortSignal;
  readonly print: (text: string) => void;
}

/**
 * Runs Switchyard on this machine until `signal` aborts: reads the settings, makes the data folder and the keys, starts
 * every process, says when it is ready and how to call it, and stops everything in order. Resolves when all is stopped;
 * throws a `SettingsError` or `LocalStackError` when it cannot start, with nothing left running.
 */
export async function launch({ environment, projectFolder, signal, print }: LaunchOptions): Promise<void> {
  const settings = readSettings(environment);
  await prepareHomeFolder(settings.home);
  const unlock = await lockHome(settings.home);
  try {
    await assertPortIsFree(settings.host, settings.port);
    const admin = await adminKey(settings.home, settings.adminKey);
    const secrets = { secretKey: await secretKey(settings.home, settings.secretKey), adminKeySha256: admin.sha256 };
    const stack = new Stack({ settings, projectFolder, environment, secrets, print });
    try {
      await untilAborted(signal, async () => {
        await stack.start();
        const url = callerUrl(settings);
        const { configFile } = settings;
        const report = (missing: string, notices: readonly string[]): void =>
          print([`waiting for ${missing}`, ...shownNotices(notices, configFile)].join('\n'));
        const giveUp = (): void => stack.assertNoneGivesUp();
        const withinMilliseconds = READY_WITHIN_MILLISECONDS;
        const notices = await awaitReady({ url, withinMilliseconds, signal, report, giveUp });
        const model = await firstModel(url, admin.key, configFile);
        print(firstCall({ url, model, notices, configFile }, admin));
        await keepAdminKey(settings.home, admin);
        await aborted(signal);
      });
    } finally {
      print('stopping …');
      await stack.stop();
      print('stopped; the data stays in ' + settings.home);
    }
  } finally {
    await unlock();
  }
}

/** Runs `work`, and leaves it alone as soon as the signal comes: whoever stops the stack ends what it still does. */
async function untilAborted(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  const working = work();
  try {
    await Promise.race([working, aborted(signal)]);
  } finally {
    working.catch(() => undefined);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function callerUrl({ host, port }: Settings): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
