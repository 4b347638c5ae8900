/**
 * What an auditor gets, straight from the databases: cases before the register that numbers them, and the log last, so that what comes in
 * meanwhile is missing only where the audit knows to expect it. Nothing of the directory: it holds secrets.
 */
import { createHash } from 'node:crypto';
import { lineOf, sealManifest, PARTS } from '@sanji/sync/audit/export-format';
import type { Manifest, Part } from '@sanji/sync/audit/export-format';
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import type { Epoch } from '@sanji/sync/domain/epoch';
import type { UnitCode } from '@sanji/sync/domain/identifiers';
import type { Clock } from '@sanji/sync/replication/ports';
import { SLICES } from '../slices.ts';
import type { HubStores } from '../store/open-store.ts';

export interface ExportDeps {
  stores: Pick<HubStores, 'master' | 'quarantine' | 'register' | 'catalog' | 'audit'>;
  clock: Clock;
  district: UnitCode;
  epoch: Epoch;
  hub: {
    deviceId: string;
    publicKey: DeviceKey['publicKey'];
    signValue: (value: unknown) => Promise<string>;
  };
}

/** Where an export goes: called in this order, each awaited before the next. */
export interface ExportSink {
  begin(part: Part): Promise<void>;
  /** Whole lines. */
  write(text: string): Promise<void>;
  end(): Promise<void>;
  /** The last call: without it the export is not whole. */
  manifest(text: string): Promise<void>;
}

/** Written at once. */
const PIECE_CHARS = 64 * 1024;

const READING_ORDER = ['cases', 'quarantine', 'register', 'catalog', 'log'] as const satisfies Part[];

export async function exportParts(deps: ExportDeps, sink: ExportSink): Promise<void> {
  const startedAt = deps.clock.now();
  const sliced = SLICES.begin();
  const files = new Map<Part, Manifest['files'][number]>();
  for (const part of READING_ORDER) {
    await sink.begin(part);
    const file = { part, lines: 0, bytes: 0, sha256: '' };
    const digest = createHash('sha256');
    let text = '';
    const flush = async () => {
      digest.update(text);
      file.bytes += Buffer.byteLength(text);
      await sink.write(text);
      text = '';
    };
    for await (const docs of docsOf(deps.stores, part)) {
      for (const doc of docs) {
        text += lineOf(doc);
        file.lines += 1;
        if (text.length >= PIECE_CHARS) await flush();
        await sliced();
      }
    }
    if (text !== '') await flush();
    files.set(part, { ...file, sha256: digest.digest('hex') });
    await sink.end();
  }
  const { deviceId, publicKey, signValue } = deps.hub;
  const manifest: Manifest = {
    v: 1,
    district: deps.district,
    epoch: { count: deps.epoch.count, id: deps.epoch.id },
    startedAt,
    endedAt: deps.clock.now(),
    signer: { deviceId, publicKey },
    files: PARTS.flatMap((part) => files.get(part) ?? []),
  };
  await sink.manifest(await sealManifest(manifest, signValue));
}

function docsOf(stores: ExportDeps['stores'], part: Part): AsyncIterable<object[]> {
  switch (part) {
    case 'cases':
      return stores.master.walk();
    case 'quarantine':
      return stores.quarantine.walk();
    case 'register':
      return stores.register.walk();
    case 'catalog':
      return inOnePiece(stores.catalog.all());
    case 'log':
      return stores.audit.walk();
  }
}

async function* inOnePiece<T>(docs: Promise<T[]>): AsyncGenerator<T[]> {
  yield await docs;
}
