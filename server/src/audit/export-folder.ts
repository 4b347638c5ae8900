/** An export as a folder of files, written and read. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, readdir, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST, fileOf, type Part } from '@sanji/sync/audit/export-format';
import { ExportUnreadable, type Digest, type ExportSource } from '@sanji/sync/audit/read-part';
import type { ExportSink } from './export-parts.ts';

/** The folder holds something already: an export never writes over another. */
export class FolderTaken extends Error {}

/** Only whoever runs the command may read it: it holds personal data. */
const MODE = 0o600;

export class FolderSink implements ExportSink {
  readonly #folder: string;
  #file: FileHandle | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<FolderSink> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if ((await readdir(folder)).length > 0) throw new FolderTaken(folder);
    return new FolderSink(folder);
  }

  async begin(part: Part): Promise<void> {
    this.#file = await open(join(this.#folder, fileOf(part)), 'wx', MODE);
  }

  async write(text: string): Promise<void> {
    await this.#file?.write(text);
  }

  async end(): Promise<void> {
    await this.#file?.sync();
    await this.#file?.close();
    this.#file = undefined;
  }

  async manifest(text: string): Promise<void> {
    await writeFile(join(this.#folder, MANIFEST), text, { mode: MODE, flush: true });
  }
}

export function folderSource(folder: string): ExportSource {
  return {
    manifest: () => readFile(join(folder, MANIFEST), 'utf8').catch(unreadable),
    async *read(part) {
      try {
        yield* createReadStream(join(folder, fileOf(part))) as AsyncIterable<Uint8Array>;
      } catch (error) {
        unreadable(error);
      }
    },
  };
}

function unreadable(error: unknown): never {
  throw new ExportUnreadable(error instanceof Error ? error.message : String(error), { cause: error });
}

export function newDigest(): Digest {
  const digest = createHash('sha256');
  return {
    update: (bytes) => {
      digest.update(bytes);
    },
    hex: () => digest.digest('hex'),
  };
}
