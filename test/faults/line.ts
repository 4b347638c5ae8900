/** A TCP line between a station and its hub that can be cut, slowed down, and broken off in the middle of what goes over it. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Line {
  url: string;
  /** Breaks every connection there is; new ones are made as before. */
  cut(): void;
  /** From now on each piece arrives so much later, milliseconds. */
  delay(ms: number): void;
  /** Each of the next `connections` that come breaks after so many bytes from the hub: an answer comes in half. */
  truncate(bytes: number, connections: number): void;
  close(): void;
}

export async function openLine(hubPort: number): Promise<Line> {
  const open = new Set<Socket>();
  let delayMs = 0;
  let doomed = { bytes: 0, connections: 0 };

  const pass = (from: Socket, to: Socket, allowed: number) => {
    let passed = 0;
    from.on('data', (chunk) => {
      const piece = chunk.subarray(0, Math.max(0, allowed - passed));
      passed += chunk.length;
      const send = () => {
        if (to.destroyed) return;
        to.write(piece);
        if (passed >= allowed) to.destroySoon();
      };
      if (delayMs === 0) send();
      else setTimeout(send, delayMs);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      open.delete(from);
      if (delayMs === 0) to.destroySoon();
      else setTimeout(() => to.destroySoon(), delayMs + 1);
    });
    open.add(from);
  };

  const server = createServer((near) => {
    const far = connect(hubPort, 'localhost');
    const isDoomed = doomed.connections > 0;
    if (isDoomed) doomed.connections -= 1;
    pass(near, far, Infinity);
    pass(far, near, isDoomed ? doomed.bytes : Infinity);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${String(address.port)}`,
    cut,
    delay: (ms) => {
      delayMs = ms;
    },
    truncate: (bytes, connections) => {
      doomed = { bytes, connections };
      // Kept connections would go on as they are.
      cut();
    },
    close: () => {
      server.close();
      cut();
    },
  };
}
