/**
 * The store on CouchDB 3.x: documents through PouchDB's http adapter, provisioning through nano. Several hub processes may share it.
 *
 * What two sides of a partition wrote apart is reconciled when it is read; writers who met are told apart in `couchdb-settle.ts`.
 */
import { createRequire } from 'node:module';
import nano from 'nano';
import type PouchDBStatic from 'pouchdb-core';
import { CouchCluster, NODE_DOWN, parseCouchUrls, reasonOf } from './couchdb-cluster.ts';
import { settle } from './couchdb-settle.ts';
import { assertUsable } from './couchdb-start.ts';
import { PouchDatabase, type Backend } from './pouch-database.ts';
import type { Pouch } from './rivals.ts';
import { StoreError, StoreStartError } from './store-error.ts';
import {
  assertName,
  type Database,
  type OpenOptions,
  type PutVerdict,
  type Store,
  type StoredDocument,
} from './store.ts';

// CommonJS builds: the ES builds of these packages lack the extension Node wants.
const load = createRequire(import.meta.url);
const PouchDB = load('pouchdb-core') as typeof PouchDBStatic;
PouchDB.plugin(load('pouchdb-adapter-http') as PouchDB.Plugin);

/** Never resolved: PouchDB wants an address, and `CouchCluster` replaces its origin by that of a living node. */
const ANY_NODE = 'http://couchdb.invalid';
/** How long a long poll waits at the server; well below the idle limits of usual proxies (60 s). */
const LONG_POLL_MS = 25_000;

export interface Patience {
  /** One node, one try. */
  tryMs: number;
  /** All of them, while nodes give no answer. */
  totalMs: number;
}
/**
 * Every living node takes part in making a database, so one that hangs holds all up until the others give it up: Erlang's `net_ticktime`, 60 s
 * and a quarter of it at most. After that it is quick. A node that alone is cut off is left after a third of that.
 */
const PATIENCE: Patience = { tryMs: 20_000, totalMs: 90_000 };
/** Between rounds in which every node refused: a cluster that has just lost a node may do so for a moment. */
const REFUSED_PAUSES_MS = [150, 600, 2_000];

/** Only the server's administrators, of whom the hub is one. */
const ADMINS_ONLY = {
  admins: { names: [], roles: ['_admin'] },
  members: { names: [], roles: ['_admin'] },
};

export interface CouchStoreOptions {
  /** One address or several of one cluster, separated by commas. */
  url: string;
  prefix?: string;
  /** Default: `PATIENCE`. */
  patience?: Patience;
  /** Told what is being waited for when a node gives no answer. Holds no password. */
  onWait?: (what: string) => void;
}

/** Throws StoreStartError: address, version, login or rights are wrong, or nobody answers. */
export async function openCouchStore(options: CouchStoreOptions): Promise<Store> {
  const { url, prefix = '' } = options;
  if (prefix !== '' && !/^[a-z][a-z0-9_-]*$/.test(prefix)) {
    throw new StoreStartError(
      'url-invalid',
      `The prefix ${prefix} cannot begin a database name.`,
      'Use lower-case letters, digits, _ and -, beginning with a letter.',
    );
  }
  const nodes = await assertUsable(parseCouchUrls(url));
  const cluster = new CouchCluster(nodes);
  await cluster.countNodes();
  return new CouchStore(cluster, options);
}

class CouchStore implements Store {
  readonly kind = 'couchdb';
  readonly #cluster: CouchCluster;
  readonly #prefix: string;
  readonly #patience: Patience;
  readonly #onWait: (what: string) => void;
  readonly #open = new Map<string, Promise<Database<StoredDocument>>>();

  constructor(
    cluster: CouchCluster,
    { prefix = '', patience = PATIENCE, onWait = () => undefined }: CouchStoreOptions,
  ) {
    this.#cluster = cluster;
    this.#prefix = prefix;
    this.#patience = patience;
    this.#onWait = onWait;
  }

  async open<T extends StoredDocument>(name: string, options: OpenOptions<T> = {}): Promise<Database<T>> {
    assertName(name);
    this.#assertOpen();
    let opened = this.#open.get(name);
    if (opened === undefined) {
      opened = this.#openDatabase(name, options as unknown as OpenOptions<StoredDocument>);
      this.#open.set(name, opened);
      // A database that could not be opened is tried again by the next caller.
      opened.catch(() => this.#open.delete(name));
    }
    return (await opened) as unknown as Database<T>;
  }

  async list(): Promise<string[]> {
    const names = await this.#provision('listing the databases', (server) => server.db.list());
    return names
      .filter((name) => name.startsWith(this.#prefix) && !name.startsWith('_'))
      .map((name) => name.slice(this.#prefix.length))
      .sort();
  }

  async destroy(name: string): Promise<void> {
    assertName(name);
    this.#open.delete(name);
    const db = this.#prefix + name;
    await this.#provision(`removing ${db}`, (server) => unless(404, server.db.destroy(db)));
  }

  async ping(): Promise<void> {
    const answer = await this.#cluster.fetch('/_up');
    // A server of the CouchDB family without `_up` has answered nevertheless.
    if (answer.status !== 200 && answer.status !== 404) {
      throw new StoreError('unavailable', `CouchDB answers ${String(answer.status)}`);
    }
  }

  close(): Promise<void> {
    this.#cluster.close();
    return Promise.resolve();
  }

  async #openDatabase(name: string, options: OpenOptions<StoredDocument>): Promise<Database<StoredDocument>> {
    const db = this.#prefix + name;
    await this.#provision(`making ${db}`, (server) => unless(412, server.db.create(db)));
    await this.#provision(`closing ${db} to strangers`, (server) =>
      server.request({ db, path: '_security', method: 'put', body: ADMINS_ONLY }),
    );
    const settings = {
      adapter: 'http',
      skip_setup: true,
      fetch: (url: string, init: RequestInit) => this.#cluster.fetch(url.slice(ANY_NODE.length), pick(init)),
    };
    const pouch: Pouch = new PouchDB(`${ANY_NODE}/${db}`, settings as object);
    return new PouchDatabase(name, pouch, new CouchBackend(this.#cluster, db), options);
  }

  /**
   * Provisioning is idempotent, so a node that fails is followed by the next, round after round while nodes give no answer at all.
   * @param what for messages: «making unit_530102001013»
   */
  async #provision<R>(what: string, work: (server: nano.ServerScope) => Promise<R>): Promise<R> {
    const until = performance.now() + this.#patience.totalMs;
    for (let refusals = 0; ;) {
      let isLate = false;
      let reason: unknown;
      for (const node of this.#cluster.order) {
        this.#assertOpen();
        try {
          return await within(this.#patience.tryMs, work(nano(node.url)));
        } catch (error) {
          if (isFinal(error)) throw refusedProvision(what, node.base, error);
          reason = refusedProvision(what, node.base, error);
          isLate ||= error instanceof Late;
          if (error instanceof Late) this.#onWait(`${what}: ${node.base} gives ${error.message}`);
        }
      }
      if (isLate) {
        if (performance.now() >= until) throw reason;
        continue;
      }
      const pauseMs = REFUSED_PAUSES_MS[refusals++];
      if (pauseMs === undefined) throw reason;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  #assertOpen(): void {
    if (this.#cluster.closed) throw new StoreError('misuse', 'the store is closed');
  }
}

class CouchBackend implements Backend {
  readonly tag = 'c';
  readonly #cluster: CouchCluster;
  readonly #db: string;

  constructor(cluster: CouchCluster, db: string) {
    this.#cluster = cluster;
    this.#db = db;
  }

  get closed(): boolean {
    return this.#cluster.closed;
  }

  explain(error: unknown): StoreError {
    if (error instanceof StoreError) return error;
    const status = statusOf(error);
    const reason =
      typeof error === 'object' && error !== null && 'reason' in error ? String(error.reason) : '';
    const message = `CouchDB: ${reason === '' ? reasonOf(error) : reason}`;
    if (status === 400 && /since|sequence/i.test(message))
      return new StoreError('bad-checkpoint', message, error);
    if (status === 400 || status === 413) return new StoreError('misuse', message, error);
    return new StoreError('unavailable', message, error);
  }

  async settle(
    docs: StoredDocument[],
    verdicts: PutVerdict[],
    accepted: boolean[],
    mark: number,
  ): Promise<void> {
    const lostAnswer = this.#cluster.lostAnswers !== mark;
    const mayHide = lostAnswer || this.#cluster.copies > 1;
    await Promise.all(
      docs.map(async (doc, index) => {
        const verdict = verdicts[index];
        const below = accepted[index] === true;
        if (verdict === undefined || (!below && !(verdict.kind === 'conflict' && mayHide))) return;
        verdicts[index] = await settle(
          this.#cluster,
          this.#db,
          { doc, verdict, accepted: below },
          lostAnswer,
        );
      }),
    );
  }

  mark(): number {
    return this.#cluster.lostAnswers;
  }

  assertSequence(): void {
    // CouchDB judges its own sequences, and rewinds where it must.
  }

  async waitForChange(sequence: string, _mark: number, signal: AbortSignal): Promise<void> {
    const query = new URLSearchParams({
      feed: 'longpoll',
      since: sequence,
      limit: '1',
      timeout: String(LONG_POLL_MS),
    });
    const answer = await this.#cluster.fetch(`/${this.#db}/_changes?${query.toString()}`, {
      signal,
      answerMs: LONG_POLL_MS + 10_000,
    });
    // Trap (b): anything but a good answer is an outage to be waited out, never the end of the feed.
    if (answer.status !== 200)
      throw new StoreError('unavailable', `CouchDB answers ${String(answer.status)}`);
  }

  wrote(): void {
    // Followers hear of it from CouchDB.
  }
}

function pick({ method, body, signal }: RequestInit): RequestInit {
  return { ...(method ? { method } : {}), ...(body ? { body } : {}), ...(signal ? { signal } : {}) };
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('statusCode' in error && typeof error.statusCode === 'number') return error.statusCode;
  return 'status' in error && typeof error.status === 'number' ? error.status : undefined;
}

function saysNodeDown(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'error' in error && error.error === NODE_DOWN;
}

/** Another try, or another node, will say the same. Not so when two make one database at once: then a node may say 409 before it knows of it. */
function isFinal(error: unknown): boolean {
  const status = statusOf(error);
  return status !== undefined && status < 500 && status !== 409 && !saysNodeDown(error);
}

async function unless(expected: number, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (statusOf(error) !== expected || saysNodeDown(error)) throw error;
  }
}

class Late extends Error {}

function refusedProvision(what: string, base: string, error: unknown): StoreError {
  return new StoreError('unavailable', `CouchDB fails at ${what}: ${base}: ${reasonOf(error)}`, error);
}

async function within<R>(ms: number, work: Promise<R>): Promise<R> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late(`no answer within ${String(ms)} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
