/** Is this the CouchDB we need, and may we work on it? Answers before the hub takes its first request. */
import { type CouchNode, reasonOf } from './couchdb-cluster.ts';
import { StoreStartError } from './store-error.ts';

/** As for every other answer: on a busy machine a node may need seconds to say who it is, and the hub has nowhere else to go. */
const GREETING_MS = 15_000;
/** One that hangs must not hold up a start for which another will do. */
const OTHERS_MS = 1_000;

/**
 * Asks every node. Nodes that do not answer are forgiven while another one does: a hub must be able to start on a wounded cluster.
 * Answers with all of them, those that answered first. Throws StoreStartError.
 */
export async function assertUsable(nodes: CouchNode[]): Promise<CouchNode[]> {
  const enough = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const answers = await Promise.all(
    nodes.map(async (node) => {
      const silence = await askNode(node, enough.signal);
      if (silence === undefined) {
        timer ??= setTimeout(() => {
          enough.abort(new Error('no answer yet'));
        }, OTHERS_MS);
      }
      return { node, silence };
    }),
  ).finally(() => {
    clearTimeout(timer);
    enough.abort();
  });
  const usable = answers.filter(({ silence }) => silence === undefined);
  const silent = answers.filter(({ silence }) => silence !== undefined);
  if (usable.length > 0) return [...usable, ...silent].map(({ node }) => node);
  throw new StoreStartError(
    'unreachable',
    `No CouchDB answers at ${silent.map(({ node, silence = '' }) => `${node.base} (${silence})`).join(', ')}.`,
    'Check host and port in COUCHDB_URL, that CouchDB is running, and that no firewall is in between.',
  );
}

/** Why the node is silent, or undefined when it will do. */
async function askNode(node: CouchNode, signal: AbortSignal): Promise<string | undefined> {
  let greeting: Response;
  let session: Response;
  try {
    greeting = await ask(node, '/', signal);
    if (greeting.status >= 500) return `answers ${String(greeting.status)}`;
    session = await ask(node, '/_session', signal);
    if (session.status >= 500) return `answers ${String(session.status)}`;
  } catch (error) {
    return reasonOf(error);
  }
  // With `require_valid_user` even the greeting is refused to strangers.
  if (greeting.status === 401 || session.status === 401) throw loginRefused(node);
  assertVersion(node, await jsonOf(greeting));
  assertAdmin(node, await jsonOf(session));
  return undefined;
}

function assertVersion(node: CouchNode, greeting: unknown): void {
  const fields = typeof greeting === 'object' && greeting !== null ? greeting : {};
  if (!('couchdb' in fields) || !('version' in fields)) {
    throw new StoreStartError(
      'not-couchdb',
      `${node.base} answers, but it is no CouchDB.`,
      'Check host, port and path in COUCHDB_URL; CouchDB usually listens on port 5984.',
    );
  }
  const version = String(fields.version);
  if (/^3\./.test(version)) return;
  throw new StoreStartError(
    'version-unsupported',
    `${node.base} is CouchDB ${version}; this hub needs 3.x.`,
    'Upgrade CouchDB to 3.x (3.5 is tested), or point COUCHDB_URL at one.',
  );
}

function assertAdmin(node: CouchNode, session: unknown): void {
  const context =
    typeof session === 'object' && session !== null && 'userCtx' in session ? session.userCtx : undefined;
  const { name, roles } = (typeof context === 'object' && context !== null ? context : {}) as {
    name?: unknown;
    roles?: unknown;
  };
  if (Array.isArray(roles) && roles.includes('_admin')) return;
  if (typeof name !== 'string') throw loginRefused(node);
  throw new StoreStartError(
    'not-admin',
    `The CouchDB user ${name} may not make databases at ${node.base}.`,
    'Give COUCHDB_URL the name and password of a server administrator.',
  );
}

function loginRefused(node: CouchNode): StoreStartError {
  return new StoreStartError(
    'login-refused',
    node.authorization === undefined
      ? `${node.base} wants a name and a password, and COUCHDB_URL has none.`
      : `${node.base} refuses the name or the password in COUCHDB_URL.`,
    'Write it as http://user:password@host:5984; encode special characters in the password (@ is %40). Five wrong tries in a row may lock the user for some minutes.',
  );
}

function ask(node: CouchNode, path: string, signal: AbortSignal): Promise<Response> {
  return fetch(node.base + path, {
    headers: {
      accept: 'application/json',
      ...(node.authorization === undefined ? {} : { authorization: node.authorization }),
    },
    signal: AbortSignal.any([AbortSignal.timeout(GREETING_MS), signal]),
  });
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}
