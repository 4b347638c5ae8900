/**
 * A page in a browser that nobody watches. The DevTools protocol, by which tests drive a browser, copies the body of each request, which a clerk's
 * browser does not do; so this page asks for what it is to do, and says what came of it, over HTTP.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { chromiumPath, FLAGS } from '../e2e/browser.ts';

export interface Job {
  id: number;
  name: string;
  options: object;
}
export interface Outcome {
  id: number;
  value?: unknown;
  error?: string;
}

/** What waits for the page, and who for its answers. Serves `GET /job` and `POST /done`. */
export class JobQueue {
  #count = 0;
  #jobs: Job[] = [];
  #wake = Promise.withResolvers<undefined>();
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();

  /** Runs a function of `page/main.ts` by its name. Rejects with what it threw. */
  async call<T>(name: string, options: object): Promise<T> {
    const id = ++this.#count;
    const asked = Promise.withResolvers<unknown>();
    this.#asked.set(id, asked);
    this.#jobs.push({ id, name, options });
    this.#wake.resolve(undefined);
    return (await asked.promise) as T;
  }

  /** False when it is none of its requests. */
  serve(incoming: IncomingMessage, answer: ServerResponse): boolean {
    if (incoming.url === '/job') void this.#hand(answer);
    else if (incoming.url === '/done') void this.#settle(incoming, answer);
    else return false;
    return true;
  }

  async #hand(answer: ServerResponse): Promise<void> {
    while (this.#jobs.length === 0) {
      this.#wake = Promise.withResolvers();
      await this.#wake.promise;
    }
    answer.setHeader('content-type', 'application/json').end(JSON.stringify(this.#jobs.shift()));
  }

  async #settle(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { id, value, error } = (await json(incoming)) as Outcome;
    answer.end();
    if (error === undefined) this.#asked.get(id)?.resolve(value);
    else this.#asked.get(id)?.reject(new Error(error));
    this.#asked.delete(id);
  }
}

export interface BareBrowser {
  /** SIGTERM, and waits for the end. */
  close(): Promise<void>;
}

/** @param profileDir an empty folder */
export async function openBareBrowser(url: string, profileDir: string): Promise<BareBrowser> {
  const flags = [...FLAGS, '--headless', `--user-data-dir=${profileDir}`, url];
  const browser = spawn(await chromiumPath(), flags, { stdio: 'ignore' });
  const ended = once(browser, 'exit');
  return {
    async close() {
      browser.kill();
      await ended;
    },
  };
}
