/**
 * The nodes of one CouchDB cluster (or a single node) behind one `fetch`: a request goes to the node that answered last, and on to the
 * next when that one does not answer, says 5xx, or waits for another. Every request the store makes may be repeated: reads, and compare-and-set writes.
 */
import { StoreError, StoreStartError } from './store-error.ts';

export interface CouchNode {
  /** Scheme, host, port and path, without credentials and without a slash at the end. */
  base: string;
  authorization: string | undefined;
  /** With credentials, for nano. */
  url: string;
}

/** A quorum write on a busy disk takes seconds at worst; a node that needs longer is as good as gone. */
const ANSWER_MS = 15_000;
/**
 * What CouchDB says (with 412) of a read that it began at a node which is connected and does not serve yet: one that is being started, or in
 * maintenance. No word on what was asked.
 */
export const NODE_DOWN = 'nodedown';
/** A cluster that has just lost a node may refuse for a moment: this long after the first, then after the second round. */
const ROUND_PAUSES_MS = [0, 150, 600];

export class CouchCluster {
  readonly nodes: CouchNode[];
  readonly #closing = new AbortController();
  #current = 0;
  #lostAnswers = 0;
  #copies = 1;

  constructor(nodes: CouchNode[]) {
    this.nodes = nodes;
  }

  /** Copies of a document there may be: CouchDB keeps three where it has the nodes. */
  get copies(): number {
    return this.#copies;
  }

  /** Counts writes whose answer did not arrive or was 5xx: they may have happened. */
  get lostAnswers(): number {
    return this.#lostAnswers;
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  close(): void {
    this.#closing.abort();
  }

  async countNodes(): Promise<void> {
    const answer = await this.fetch('/_membership');
    if (answer.status !== 200) return;
    const { cluster_nodes: nodes = [] } = (await answer.json()) as { cluster_nodes?: unknown[] };
    this.#copies = Math.min(3, Math.max(1, nodes.length));
  }

  /** The node that answered last first. */
  get order(): CouchNode[] {
    return [...this.nodes.slice(this.#current), ...this.nodes.slice(0, this.#current)];
  }

  /** `path` begins with a slash. Rejects with 'unavailable' when no node could serve it; any answer below 500 is an answer. */
  async fetch(path: string, init: RequestInit & { answerMs?: number } = {}): Promise<Response> {
    let reason: unknown;
    for (const pauseMs of ROUND_PAUSES_MS) {
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      for (let tried = 0; tried < this.nodes.length; tried++) {
        const position = this.#current;
        this.#assertWanted(init.signal);
        const answer = await this.#try(position, path, init);
        if (answer.response !== undefined) return answer.response;
        reason = answer.reason;
        // Another request may have moved on already.
        if (this.#current === position) this.#current = (position + 1) % this.nodes.length;
      }
    }
    throw new StoreError('unavailable', `CouchDB does not serve requests: ${String(reason)}`, reason);
  }

  async #try(
    position: number,
    path: string,
    { answerMs = ANSWER_MS, ...init }: RequestInit & { answerMs?: number },
  ): Promise<{ response: Response; reason?: undefined } | { response?: undefined; reason: unknown }> {
    const node = this.nodes[position];
    if (node === undefined) return { reason: 'no node' };
    try {
      const response = await fetch(node.base + path, {
        ...init,
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          ...(node.authorization === undefined ? {} : { authorization: node.authorization }),
        },
        signal: AbortSignal.any([
          AbortSignal.timeout(answerMs),
          this.#closing.signal,
          ...(init.signal ? [init.signal] : []),
        ]),
      });
      // Read here, so that a body that is cut off counts as no answer.
      const body = await response.arrayBuffer();
      const words = response.status < 400 ? '' : new TextDecoder().decode(body.slice(0, 200));
      if (response.status < 500 && !(response.status === 412 && words.includes(`"${NODE_DOWN}"`)))
        return { response: new Response(body, { status: response.status }) };
      this.#noteLoss(path, init.method);
      return { reason: `${node.base} answered ${String(response.status)} ${words}` };
    } catch (error) {
      this.#noteLoss(path, init.method);
      return { reason: `${node.base}: ${reasonOf(error)}` };
    }
  }

  #noteLoss(path: string, method = 'GET'): void {
    if (method !== 'GET' && !/\/_(all_docs|bulk_get)\b/.test(path)) this.#lostAnswers++;
  }

  #assertWanted(signal: AbortSignal | null | undefined): void {
    if (this.closed) throw new StoreError('misuse', 'the store is closed');
    if (signal?.aborted === true) throw new StoreError('unavailable', 'given up');
  }
}

/** Takes COUCHDB_URL apart. Throws StoreStartError 'url-invalid'; no message holds the password. */
export function parseCouchUrls(list: string): CouchNode[] {
  const urls = list.split(',').map((part) => part.trim());
  return urls.map((text, index) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      throw new StoreStartError(
        'url-invalid',
        `COUCHDB_URL: entry ${String(index + 1)} of ${String(urls.length)} is not an http or https address.`,
        'Write it as http://user:password@host:5984, several nodes separated by commas; encode special characters in the password (@ is %40).',
      );
    }
    const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    const base = `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
    const authorization =
      user === '' ? undefined : `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
    return { base, authorization, url: url.href.replace(/\/+$/, '') };
  });
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`;
}
