import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

/** Shorter than a test may take, so that what was waited for is named. */
const PATIENCE_MILLISECONDS = 10_000;
const ANSWERS_WITHIN_MILLISECONDS = 10_000;
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * The program of a browser: the one that is named by SWITCHYARD_TEST_BROWSER, else Chromium or Chrome on the PATH. One that is still
 * being installed, or only tells where to get a browser, is none.
 */
export function browserProgram(): string | undefined {
  const named = process.env['SWITCHYARD_TEST_BROWSER'];
  if (named) return named;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return false;
  }
  return spawnSync(path, ['--version'], { timeout: ANSWERS_WITHIN_MILLISECONDS, killSignal: 'SIGKILL' }).status === 0;
}

/** What is said where there is no browser, so that nobody takes what was left out for what passed. */
export function tellOfNoBrowser(): void {
  const log = process.env['SWITCHYARD_TEST_BROWSER_LOG'];
  const why = log ? `\nThe end of what installing it said:\n${endOf(log)}` : '';
  process.stderr.write(
    `\nSKIPPED: there is no Chromium here, so no page was looked at in a real browser. Install it (apt-get install chromium), or name one in SWITCHYARD_TEST_BROWSER.${why}\n`,
  );
}

function endOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
  } catch {
    return `${file} cannot be read.`;
  }
}

/** A page in a real browser, and what that complained of: refused styles, failed scripts, requests to elsewhere. */
export class RealBrowser {
  readonly complaints: string[] = [];

  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
    private readonly origin: string,
  ) {}

  /** `origin`: where alone it has something to ask. */
  static async start(program: string, origin: string): Promise<RealBrowser> {
    const browser = await chromium.launch({ executablePath: program });
    const started = new RealBrowser(browser, await browser.newPage(), origin);
    started.page.setDefaultTimeout(PATIENCE_MILLISECONDS);
    started.listen();
    return started;
  }

  private listen(): void {
    this.page.on('pageerror', ({ message }) => this.complaints.push(message));
    this.page.on('console', (said) => {
      if (['error', 'warning'].includes(said.type())) this.complaints.push(said.text());
    });
    this.page.on('request', (request) => {
      const url = request.url();
      if (new URL(url).origin !== this.origin) this.complaints.push(`it asks ${url}`);
      if (request.resourceType() === 'script') this.complaints.push(`it loads a script: ${url}`);
    });
  }

  async stop(): Promise<void> {
    await this.browser.close();
  }
}
