/** The bench page, the hub and the CouchDB server under one origin, so that neither contestant pays for cross-origin requests. */
import { createReadStream } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { JobQueue } from './bare-page.ts';

const PAGE = fileURLToPath(new URL('page', import.meta.url));
const LIB = fileURLToPath(new URL('../../client/src/lib', import.meta.url));
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };

export interface ServedPage {
  url: string;
  /** For the page at `url`, opened once. */
  jobs: JobQueue;
  close(): void;
}

/** @param couchUrl may carry credentials; they stay on this side */
export async function servePage(hubUrl: string, couchUrl: string): Promise<ServedPage> {
  const outDir = await mkdtemp(join(tmpdir(), 'sanji-bench-'));
  await build({
    root: PAGE,
    base: './',
    logLevel: 'error',
    configFile: false,
    resolve: { alias: { '#lib': LIB } },
    build: { outDir, emptyOutDir: true, target: 'es2022' },
  });
  const jobs = new JobQueue();
  const server = createServer((incoming, answer) => {
    const path = incoming.url ?? '/';
    if (jobs.serve(incoming, answer)) return;
    if (path.startsWith('/sync/') || path.startsWith('/api/')) pass(incoming, answer, new URL(path, hubUrl));
    else if (path.startsWith('/couch/'))
      pass(incoming, answer, under(couchUrl, path.slice('/couch/'.length)));
    else {
      const file = path === '/' ? 'index.html' : normalize(path).replace(/^[/\\.]+/, '');
      answer.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
      createReadStream(join(outDir, file))
        .on('error', () => answer.writeHead(404).end())
        .pipe(answer);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  return {
    url: `http://127.0.0.1:${String(address.port)}`,
    jobs,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function under(base: string, rest: string): URL {
  const target = new URL(rest, base.endsWith('/') ? base : `${base}/`);
  const { username, password } = new URL(base);
  target.username = username;
  target.password = password;
  return target;
}

function pass(incoming: IncomingMessage, answer: ServerResponse, target: URL): void {
  // The page's own host stays: the hub refuses requests whose origin is another one.
  const headers = { ...incoming.headers };
  if (target.username !== '') {
    const login = `${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`;
    Object.assign(headers, { authorization: `Basic ${Buffer.from(login).toString('base64')}` });
  }
  const onward = forward(target, { method: incoming.method ?? 'GET', headers }, (reply) => {
    answer.writeHead(reply.statusCode ?? 502, reply.headers);
    reply.pipe(answer);
  });
  onward.on('error', () => {
    answer.destroy();
  });
  incoming.pipe(onward);
}
