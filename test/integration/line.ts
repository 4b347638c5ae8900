/** A line between two processes that a test cuts and mends, with what is under way on it. */
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';

/** A line to the hub: `cut` drops what is under way and refuses what comes. */
export class Line {
  readonly url: string;
  readonly #sockets = new Set<Socket>();
  readonly #close: () => Promise<void>;
  #isCut = false;

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.#close = close;
  }

  static async open(to: () => string): Promise<Line> {
    const server = createServer((near) => {
      if (line.#isCut) {
        near.destroy();
        return;
      }
      const far = connect(Number(new URL(to()).port), 'localhost');
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        line.#sockets.add(one);
        one.on('error', () => undefined);
        one.once('close', () => {
          line.#sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const line = new Line(`http://127.0.0.1:${String(port)}`, async () => {
      line.cut();
      server.close();
      await once(server, 'close');
    });
    return line;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  close(): Promise<void> {
    return this.#close();
  }
}
