/**
 * `npm run audit`: exports the record of the hub, and verifies an export. Reads the store itself, a folder, or asks a running hub. The only
 * place of the audit that prints.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareExports } from '@sanji/sync/audit/compare-exports';
import { keyPrint, openManifest } from '@sanji/sync/audit/export-format';
import type { Break } from '@sanji/sync/audit/break';
import { verifyExport, type AuditReport } from '@sanji/sync/audit/verify-export';
import { CodeMissing, ExportRefused, fetchExport, type Auditor } from './audit/export-answer.ts';
import { FolderSink, FolderTaken, folderSource, newDigest } from './audit/export-folder.ts';
import { StoreEmpty, exportStore } from './audit/export-store.ts';
import { wordsOfBreak, wordsOfSummary } from './audit/report-words.ts';
import { ConfigError, readConfig } from './config.ts';
import { StoreStartError } from './store/store-error.ts';

/** sysexits.h: usage, service unavailable, configuration. A break is 1. */
const EXIT = { usage: 64, unavailable: 69, config: 78 } as const;

const USAGE = `npm run audit -- export --to DIR [--from URL]
npm run audit -- verify [--from DIR|URL] [--against OLDER_DIR] [--key THUMBPRINT]

--from URL   asks a running hub, as the audit administrator named by AUDIT_USER and AUDIT_PASSWORD; with a second
             factor AUDIT_CODE is the code that the app shows now
--against    an export taken earlier: whatever it holds must still be there, unchanged
--key        thumbprint of the hub’s key, as the first export printed it
Without --from the store of DATA_DIR or COUCHDB_URL is read; no hub may be running on DATA_DIR.`;

class UsageError extends Error {}

interface Options {
  from?: string;
  to?: string;
  against?: string;
  key?: string;
}

async function main(): Promise<number> {
  const { verb, options } = readArguments(process.argv.slice(2));
  if (verb === 'export') return exportTo(options);
  if (verb === 'verify') return verifyFrom(options);
  throw new UsageError(verb === undefined ? 'What is to be done?' : `There is no command «${verb}».`);
}

function readArguments(args: string[]): { verb: string | undefined; options: Options } {
  const text = { type: 'string' } as const;
  try {
    const { positionals, values } = parseArgs({
      args,
      options: { from: text, to: text, against: text, key: text },
      allowPositionals: true,
    });
    if (positionals.length > 1) throw new UsageError(`One command at a time: ${positionals.join(' ')}`);
    return { verb: positionals[0], options: values };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(String(error), { cause: error });
  }
}

async function exportTo({ from, to }: Options): Promise<number> {
  if (to === undefined) throw new UsageError('--to DIR is missing.');
  if (from !== undefined && !isUrl(from)) throw new UsageError('--from wants the address of a hub.');
  await take(from, to);
  const opened = await openManifest(await folderSource(to).manifest());
  const signer = opened.ok ? await keyPrint(opened.manifest.signer.publicKey) : '';
  console.log(`Exported to ${to}, signed by the hub’s key ${signer}.`);
  console.log(
    'It holds personal data. Keep it where the hub cannot write; `--against` holds later ones to it.',
  );
  return 0;
}

async function take(from: string | undefined, folder: string): Promise<void> {
  const sink = await FolderSink.open(folder);
  if (from === undefined) await exportStore(readConfig(process.env), sink);
  else await fetchExport(from, auditorOf(process.env), sink);
}

function auditorOf({
  AUDIT_USER: staffId,
  AUDIT_PASSWORD: password,
  AUDIT_CODE: code = '',
}: NodeJS.ProcessEnv): Auditor {
  if (staffId === undefined || password === undefined)
    throw new UsageError('AUDIT_USER and AUDIT_PASSWORD must name an audit administrator.');
  return { staffId, password, ...(code !== '' && { code }) };
}

async function verifyFrom(options: Options): Promise<number> {
  const { from } = options;
  if (from !== undefined && !isUrl(from)) return verify(from, options);
  const scratch = await mkdtemp(join(tmpdir(), 'sanji-audit-'));
  try {
    await take(from, scratch);
    return await verify(scratch, options);
  } finally {
    // It holds personal data.
    await rm(scratch, { recursive: true, force: true });
  }
}

async function verify(folder: string, { against, key }: Options): Promise<number> {
  const newer = await reportOn(folder, key);
  print(await summaryOf(newer));
  if (newer.found !== undefined) return broken(newer.found);
  if (against !== undefined) {
    const older = await reportOn(against, key);
    print([`Against ${against}:`]);
    const found = older.found ?? (await comparison([against, older], [folder, newer]));
    if (found !== undefined) return broken(found);
  }
  print(['The record holds together.']);
  return 0;
}

async function reportOn(folder: string, trusted: string | undefined): Promise<AuditReport> {
  return verifyExport(folderSource(folder), { newDigest, ...(trusted !== undefined && { trusted }) });
}

async function comparison(
  [olderFolder, older]: [string, AuditReport],
  [newerFolder, newer]: [string, AuditReport],
): Promise<Break | undefined> {
  if (older.manifest === undefined || newer.manifest === undefined) return undefined;
  return compareExports(
    { source: folderSource(olderFolder), manifest: older.manifest },
    { source: folderSource(newerFolder), manifest: newer.manifest },
  );
}

async function summaryOf(report: AuditReport): Promise<string[]> {
  const { manifest } = report;
  return wordsOfSummary(report, manifest === undefined ? '' : await keyPrint(manifest.signer.publicKey));
}

function broken(found: Break): number {
  print(wordsOfBreak(found));
  return 1;
}

function print(lines: string[]): void {
  for (const line of lines) console.log(line);
}

function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text);
}

function explain(error: unknown): number {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${USAGE}`);
    return EXIT.usage;
  }
  if (error instanceof CodeMissing) {
    console.error(`AUDIT_CODE must be the code of the second factor.\n\n${USAGE}`);
    return EXIT.usage;
  }
  if (error instanceof ConfigError) {
    console.error(error.message);
    return EXIT.config;
  }
  if (error instanceof FolderTaken) {
    console.error(`${error.message} is not empty; an export never writes over another.`);
    return EXIT.usage;
  }
  if (error instanceof StoreStartError) {
    console.error(
      `The store cannot be read: ${error.message}\n${error.whatToDo}\nA running hub is asked with --from URL.`,
    );
    return EXIT.unavailable;
  }
  if (error instanceof StoreEmpty) {
    console.error('No hub was ever started on this store: there is nothing to export.');
    return EXIT.unavailable;
  }
  if (error instanceof ExportRefused) {
    console.error(error.message);
    return EXIT.unavailable;
  }
  console.error('The audit failed:', error);
  return EXIT.unavailable;
}

process.exitCode = await main().catch(explain);
