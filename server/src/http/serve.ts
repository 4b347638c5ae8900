/** A listening server that stops without cutting an answer short. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { Config } from '../config.ts';
import { cutIdleLines, serverOptions, type Patience } from './patience.ts';

/** The longest an answer may take once the server is asked to stop. */
const DRAIN_MS = 10_000;
/** A connection whose answer has just ended is idle a moment later; waiting for its keep-alive would take seconds. */
const IDLE_SWEEP_MS = 20;

export interface Served {
  port: number;
  url: string;
  /** Takes no new requests; resolves when those under way are answered. Call after telling open streams to end. */
  close(): Promise<void>;
}

/** Rejects with the error of listening. */
export async function serve(
  app: RequestListener,
  { port, host, patience }: Pick<Config, 'port' | 'host'> & { patience: Patience },
): Promise<Served> {
  const server = createServer(serverOptions(patience), app);
  cutIdleLines(server, patience);
  server.listen({ port, ...(host !== undefined && { host }) });
  await once(server, 'listening');
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port: bound,
    url: `http://localhost:${String(bound)}`,
    async close() {
      const closed = new Promise<void>((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
      const sweeping = setInterval(() => {
        server.closeIdleConnections();
      }, IDLE_SWEEP_MS);
      const impatience = setTimeout(() => {
        server.closeAllConnections();
      }, DRAIN_MS);
      await closed;
      clearTimeout(impatience);
      clearInterval(sweeping);
    },
  };
}
