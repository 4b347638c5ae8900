/** The child process of `server.ts`: express-pouchdb on memory, or in a folder that outlives it, on a port that it reports to its parent. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const load = createRequire(import.meta.url);
const [version = '3.5.0', login = '', folder = '', port = '0'] = process.argv.slice(2);
const PouchDB = (load('pouchdb') as { plugin(p: unknown): { defaults(o: object): unknown } })
  .plugin(load('pouchdb-adapter-memory'))
  // In a folder by LevelDB, which hands each write to the system before it answers: a killed process has lost none.
  .defaults(folder === '' ? { adapter: 'memory' } : { adapter: 'leveldb', prefix: `${folder}/` });
const expressPouch = load('express-pouchdb') as (pouch: unknown, options: object) => Handler;
const passOn = expressPouch(PouchDB, { mode: 'minimumForPouchDB' });

const wanted = login === '' ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;

/** What a CouchDB says of itself and express-pouchdb does not; databases' `_security` is taken and forgotten. */
function ownAnswer({
  url = '/',
  method,
  headers,
}: IncomingMessage): [status: number, body: object] | undefined {
  if (url === '/') return [200, { couchdb: 'Welcome', version, vendor: { name: 'a stand-in for tests' } }];
  if (wanted !== undefined && headers.authorization !== wanted) {
    return [401, { error: 'unauthorized', reason: 'Name or password is incorrect.' }];
  }
  if (url === '/_session') return [200, { ok: true, userCtx: { name: 'admin', roles: ['_admin'] } }];
  if (url === '/_up') return [200, { status: 'ok' }];
  return method === 'PUT' && url.endsWith('/_security') ? [200, { ok: true }] : undefined;
}

const server = createServer((request, response) => {
  const own = ownAnswer(request);
  if (own === undefined) {
    passOn(request, response);
    return;
  }
  request.resume();
  response.writeHead(own[0], { 'content-type': 'application/json' }).end(JSON.stringify(own[1]));
});
server.listen(Number(port), '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.send?.({ port: address.port });
});
process.on('disconnect', () => process.exit(0));
