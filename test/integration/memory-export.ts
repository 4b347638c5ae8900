/** An export in memory, for tests that change it. */
import { createHash } from 'node:crypto';
import type { ExportSink } from '@sanji/server/audit/export-parts';
import { exportParts } from '@sanji/server/audit/export-parts';
import { newDigest } from '@sanji/server/audit/export-folder';
import { PARTS, lineOf, sealManifest, type Manifest, type Part } from '@sanji/sync/audit/export-format';
import type { ExportSource } from '@sanji/sync/audit/read-part';
import { verifyExport, type AuditReport } from '@sanji/sync/audit/verify-export';
import type { TestHub } from './running-hub.ts';

export type FileName = Part | 'manifest';
export type Row = Record<string, unknown>;

export class MemoryExport implements ExportSource, ExportSink {
  readonly files = new Map<FileName, Buffer>();
  #part: Part = 'cases';

  static async of({ hub: { container } }: TestHub): Promise<MemoryExport> {
    const taken = new MemoryExport();
    const { stores, clock, hubDevice: hub, catalog, life } = container;
    const { district } = catalog.current().settings;
    await exportParts({ stores, clock, hub, district, epoch: life.epoch }, taken);
    return taken;
  }

  begin(part: Part): Promise<void> {
    this.#part = part;
    this.files.set(part, Buffer.alloc(0));
    return Promise.resolve();
  }
  write(text: string): Promise<void> {
    this.files.set(this.#part, Buffer.concat([this.bytes(this.#part), Buffer.from(text)]));
    return Promise.resolve();
  }
  end(): Promise<void> {
    return Promise.resolve();
  }
  manifest(): Promise<string>;
  manifest(text: string): Promise<void>;
  manifest(text?: string): Promise<string | void> {
    if (text === undefined) return Promise.resolve(this.bytes('manifest').toString('utf8'));
    this.files.set('manifest', Buffer.from(text));
    return Promise.resolve();
  }
  async *read(part: Part): AsyncGenerator<Uint8Array> {
    yield this.bytes(part);
  }

  bytes(name: FileName): Buffer {
    return this.files.get(name) ?? Buffer.alloc(0);
  }

  rows(part: Part): Row[] {
    const lines = this.bytes(part).toString('utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Row);
  }

  /** With one byte other than it was. */
  withByte(name: FileName, { at, byte }: { at: number; byte: number }): MemoryExport {
    const bytes = Buffer.from(this.bytes(name));
    bytes[at] = byte;
    return this.withFile(name, bytes);
  }

  /** With a file of other lines, and a manifest that fits them: what somebody can write who has the hub's key. */
  async resealed(
    part: Part,
    change: (rows: Row[]) => Row[],
    sign: (value: unknown) => Promise<string>,
  ): Promise<MemoryExport> {
    const changed = this.withFile(part, Buffer.from(change(this.rows(part)).map(lineOf).join('')));
    const { manifest } = JSON.parse(await this.manifest()) as { manifest: Manifest };
    const files = PARTS.map((each) => {
      const bytes = changed.bytes(each);
      const lines = changed.rows(each).length;
      return {
        part: each,
        lines,
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      };
    });
    await changed.manifest(await sealManifest({ ...manifest, files }, sign));
    return changed;
  }

  verified(trusted?: string): Promise<AuditReport> {
    return verifyExport(this, { newDigest, ...(trusted !== undefined && { trusted }) });
  }

  withFile(name: FileName, bytes: Buffer): MemoryExport {
    const copy = new MemoryExport();
    for (const [each, known] of this.files) copy.files.set(each, known);
    copy.files.set(name, bytes);
    return copy;
  }
}
