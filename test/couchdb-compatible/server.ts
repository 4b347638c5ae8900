/**
 * A server that speaks enough of CouchDB's protocol for the store's acceptance suite where there is no CouchDB. In a process of its own,
 * because one bad request can end it. Not for anything but tests.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface CompatibleServer {
  /** With credentials when a login was asked for. */
  url: string;
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>;
}

export interface CompatibleOptions {
  /** The version it claims to be. */
  version?: string;
  /** `user:password` it insists on; by default everybody is an administrator. */
  login?: string;
}

export async function startCompatibleServer({
  version = '3.5.0',
  login = '',
}: CompatibleOptions = {}): Promise<CompatibleServer> {
  const child = fork(fileURLToPath(new URL('serve.ts', import.meta.url)), [version, login], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = once(child, 'exit');
  const first: unknown[] = await Promise.race([once(child, 'message'), gone]);
  const message = first[0];
  if (typeof message !== 'object' || message === null || !('port' in message)) {
    throw new Error('the CouchDB-compatible server did not start');
  }
  return {
    url: `http://${login === '' ? '' : `${login}@`}127.0.0.1:${String(message.port)}`,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
