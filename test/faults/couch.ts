/** The CouchDB behind the hubs of a run: one that can be killed and paused, or a real one at the end of a line that can be. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startCompatibleServer } from '../couchdb-compatible/server.ts';
import { openLine } from './line.ts';

export interface Couch {
  /** For hubs. */
  url: string;
  /** Past everything that breaks. */
  directUrl: string;
  /** It is gone at once, and comes back with what it had. */
  kill(): Promise<void>;
  revive(): Promise<void>;
  /** It answers nothing, and goes on where it was. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

/** `onAsked`: a hub asks it for something. */
export async function openCompatibleCouch(scratch: string, onAsked: () => void): Promise<Couch> {
  const folder = join(scratch, 'couch');
  mkdirSync(folder);
  let server = await startCompatibleServer({ folder });
  const directUrl = server.url;
  const { hostname: host, port: text } = new URL(directUrl);
  const port = Number(text);
  const line = await openLine({ host, port, onPiece: noting(onAsked) });
  return {
    url: `http://${line.host}`,
    directUrl,
    kill: () => server.kill(),
    async revive() {
      server = await startCompatibleServer({ folder, port });
    },
    pause: () => {
      server.pause();
    },
    resume: () => {
      server.resume();
    },
    async close() {
      line.close();
      await server.kill();
    },
  };
}

/**
 * Somebody else's process is not killed or stopped: to its hubs a line that is pulled out, or holds everything, is the same. Of a cluster every node
 * has its line, and all of them go together.
 *
 * @param directUrl as `COUCHDB_URL` has it
 */
export async function openRealCouch(directUrl: string, onAsked: () => void): Promise<Couch> {
  const nodes = await Promise.all(
    directUrl.split(',').map(async (node) => {
      const url = new URL(node.trim());
      const port = Number(url.port === '' ? '5984' : url.port);
      const line = await openLine({ host: url.hostname, port, onPiece: noting(onAsked) });
      url.host = line.host;
      return { line, url: url.href };
    }),
  );
  return {
    url: nodes.map(({ url }) => url).join(),
    directUrl,
    kill: () => {
      for (const { line } of nodes) line.unplug();
      return Promise.resolve();
    },
    revive: () => {
      for (const { line } of nodes) line.mend();
      return Promise.resolve();
    },
    pause: () => {
      for (const { line } of nodes) line.hold();
    },
    resume: () => {
      for (const { line } of nodes) line.release();
    },
    close: () => {
      for (const { line } of nodes) line.close();
      return Promise.resolve();
    },
  };
}

function noting(onAsked: () => void): (way: 'there' | 'back') => void {
  return (way) => {
    if (way === 'there') onAsked();
  };
}
