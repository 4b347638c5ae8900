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
  /** Stops it in the middle of whatever it does; connections stay open and nothing is answered until `resume`. */
  pause(): void;
  resume(): void;
}

export interface CompatibleOptions {
  /** The version it claims to be. */
  version?: string;
  /** `user:password` it insists on; by default everybody is an administrator. */
  login?: string;
  /** Where it keeps its databases, so that one started again on the folder has them. Default: in memory. */
  folder?: string;
  /** Default: a free one. */
  port?: number;
}

export async function startCompatibleServer({
  version = '3.5.0',
  login = '',
  folder = '',
  port = 0,
}: CompatibleOptions = {}): Promise<CompatibleServer> {
  const child = fork(
    fileURLToPath(new URL('serve.ts', import.meta.url)),
    [version, login, folder, String(port)],
    { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
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
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
  };
}
