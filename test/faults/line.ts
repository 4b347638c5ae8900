/** A TCP line that can be cut, slowed down, and broken off in the middle of what goes over it. What arrives, arrives in order. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Line {
  /** `host:port` of the near end. */
  host: string;
  /** Breaks every connection there is; new ones are made as before. */
  cut(): void;
  /** Breaks every connection and refuses new ones until `mend`. */
  unplug(): void;
  mend(): void;
  /** From now on each piece arrives so much later, milliseconds. */
  delay(ms: number): void;
  /** Keeps whatever comes, in both directions, until `release`. */
  hold(): void;
  release(): void;
  /** Each of the next `connections` that come breaks after so many bytes of answers: one comes in half. */
  truncate(bytes: number, connections: number): void;
  close(): void;
}

export interface LineEnds {
  /** Of the far end. */
  host: string;
  port: number;
  /** Told of each piece as it comes in, before it goes on. */
  onPiece?: (way: 'there' | 'back', piece: Buffer) => void;
}

export async function openLine({ host, port, onPiece = () => undefined }: LineEnds): Promise<Line> {
  const open = new Set<Socket>();
  let delayMs = 0;
  let isUnplugged = false;
  let held: Promise<void> | undefined;
  let release = (): void => undefined;
  let doomed = { bytes: 0, connections: 0 };

  const pass = (from: Socket, to: Socket, { way, allowed }: { way: 'there' | 'back'; allowed: number }) => {
    let passed = 0;
    let last: Promise<unknown> = Promise.resolve();
    const later = (work: () => void) => {
      const ms = delayMs;
      last = Promise.all([last, held, ms === 0 ? undefined : new Promise((done) => setTimeout(done, ms))]);
      void last.then(work);
    };
    from.on('data', (chunk) => {
      onPiece(way, chunk);
      const piece = chunk.subarray(0, Math.max(0, allowed - passed));
      passed += chunk.length;
      const isBroken = passed >= allowed;
      later(() => {
        if (to.destroyed) return;
        to.write(piece);
        if (isBroken) to.destroySoon();
      });
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      open.delete(from);
      later(() => {
        to.destroySoon();
      });
    });
    open.add(from);
  };

  const server = createServer((near) => {
    if (isUnplugged) {
      near.destroy();
      return;
    }
    const far = connect(port, host);
    const isDoomed = doomed.connections > 0;
    if (isDoomed) doomed.connections -= 1;
    pass(near, far, { way: 'there', allowed: Infinity });
    pass(far, near, { way: 'back', allowed: isDoomed ? doomed.bytes : Infinity });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    host: `127.0.0.1:${String(address.port)}`,
    cut,
    unplug: () => {
      isUnplugged = true;
      cut();
    },
    mend: () => {
      isUnplugged = false;
    },
    delay: (ms) => {
      delayMs = ms;
    },
    hold: () => {
      held = new Promise((resolve) => (release = resolve));
    },
    release: () => {
      held = undefined;
      release();
    },
    truncate: (bytes, connections) => {
      doomed = { bytes, connections };
      // Kept connections would go on as they are.
      cut();
    },
    close: () => {
      server.close();
      release();
      cut();
    },
  };
}
