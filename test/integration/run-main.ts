/** The command of hub and relay as a process: what it says and how it ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(import.meta.resolve('@sanji/server/main'));

/** Runs the command until it ends, or until `until` appears in what it prints; then it is told to stop. */
export async function runMain(
  env: Record<string, string>,
  until?: string,
): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [MAIN], {
    // The embedded store, unless a test names a CouchDB: its folder ends with the test, databases on a server would stay.
    env: { ...process.env, COUCHDB_URL: '', LOG_LEVEL: 'silent', PORT: '0', ...env },
  });
  let said = '';
  const hear = (chunk: Buffer) => {
    said += chunk.toString();
    if (until !== undefined && said.includes(until)) child.kill('SIGTERM');
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}
