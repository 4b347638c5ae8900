/** A node that passes requests on to a server that speaks CouchDB's protocol, and fails as it is told. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * `refuse`, `conflict`, `nodedown`: done nothing, and says so; the last as CouchDB does of another node that is only coming back. `swallow`: done, but
 * the answer is lost. `hang`: no answer ever. `say`: this, whatever the server would have said.
 */
export type Behaviour = 'pass' | keyof typeof REFUSALS | 'swallow' | 'hang' | { say: object };

const REFUSALS = {
  refuse: [503, '{"error":"down"}'],
  conflict: [409, '{"error":"conflict","reason":"Document update conflict."}'],
  nodedown: [412, '{"error":"nodedown","reason":"progress not possible"}'],
} as const;

export interface FaultyNode {
  url: string;
  close(): void;
}

export async function startFaultyNode(
  target: string,
  behave: (method: string, path: string) => Behaviour,
): Promise<FaultyNode> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const path = request.url ?? '/';
      const behaviour = behave(request.method ?? 'GET', path);
      if (behaviour === 'hang') return;
      if (typeof behaviour === 'string' && behaviour in REFUSALS) {
        const [status, words] = REFUSALS[behaviour as keyof typeof REFUSALS];
        response.writeHead(status).end(words);
        return;
      }
      if (typeof behaviour === 'object') {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(behaviour.say));
        return;
      }
      void passOn()
        .then(({ status, text }) => {
          if (behaviour === 'swallow') request.socket.destroy();
          else response.writeHead(status, { 'content-type': 'application/json' }).end(text);
        })
        // The server behind is gone: so is the node.
        .catch(() => request.socket.destroy());

      async function passOn(): Promise<{ status: number; text: string }> {
        const answer = await fetch(target + path, {
          method: request.method ?? 'GET',
          headers: { 'content-type': 'application/json' },
          ...(body === '' ? {} : { body }),
        });
        return { status: answer.status, text: await answer.text() };
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
