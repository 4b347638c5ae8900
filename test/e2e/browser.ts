/** A real browser for the tests: an installed Chromium, or the one that comes from npm. No root needed. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chromium, type BrowserContext } from 'playwright-core';

const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

let known: Promise<string> | undefined;

/** The browser's path: `CHROMIUM_PATH`, an installed one, or the npm package's (unpacked to the temporary folder once). */
export function chromiumPath(): Promise<string> {
  known ??= findChromium();
  return known;
}

async function findChromium(): Promise<string> {
  const named = process.env['CHROMIUM_PATH'];
  if (named !== undefined) return named;
  const installed = INSTALLED.find((path) => existsSync(path));
  if (installed !== undefined) return installed;
  const { default: bundled } = await import('@sparticuz/chromium');
  return await bundled.executablePath();
}

/** Letters are drawn alike whatever the machine is set to. */
export const DRAWN_ALIKE = [
  '--no-sandbox',
  '--disable-gpu',
  '--font-render-hinting=none',
  '--disable-lcd-text',
  '--disable-font-subpixel-positioning',
  '--force-color-profile=srgb',
  '--force-device-scale-factor=1',
];

/**
 * One browser profile on disk, as a person has it: opened again with the same folder it is the same terminal.
 * @param profileDir the folder of the profile
 * @param flags more than every test has
 */
export async function openProfile(profileDir: string, flags: string[] = []): Promise<BrowserContext> {
  return await chromium.launchPersistentContext(profileDir, {
    executablePath: await chromiumPath(),
    headless: true,
    args: [...FLAGS, ...flags],
    viewport: { width: 1440, height: 900 },
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    serviceWorkers: 'allow',
  });
}

/** SIGKILL to the browser that has this profile open. Linux only, as are the browsers found here. */
export function killBrowserOf(profileDir: string): void {
  const wanted = `--user-data-dir=${profileDir}`;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    if (commandLineOf(pid).includes(wanted)) killIfAlive(Number(pid));
}

function commandLineOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    // It ended while the folder was read.
    return [];
  }
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
