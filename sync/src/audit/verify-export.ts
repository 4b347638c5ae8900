/**
 * Holds an export of the hub together as a whole and names the first place where it does not: what each part says by itself, then what the
 * parts say of each other, then the file as bytes. Pure: whoever has the files and this code comes to the same answer.
 */
import type { z } from 'zod';
import type { SignedAction } from '../domain/action.ts';
import { deviceOf } from '../domain/action.ts';
import type { CatalogEntry, RulePublication } from '../domain/catalog.ts';
import { catalogIdOf } from '../domain/catalog-index.ts';
import { hash, importPublicKey, verifyValue } from '../domain/signing.ts';
import { parseSignedAction } from '../protocol/parse-action.ts';
import type { Break, Finding } from './break.ts';
import { ChainCheck } from './check-chains.ts';
import { KeyRing, caseFlaw, clockFindings, parseCase } from './check-case.ts';
import type { Flaw } from './check-case.ts';
import { fileOf, isCanonical, keyPrint, openManifest } from './export-format.ts';
import type { Manifest, Part } from './export-format.ts';
import { catalogForm, logForm, quarantineForm, registerForm } from './forms.ts';
import { LogReader } from './log-entry.ts';
import type { AuditEntry } from './log-entry.ts';
import { ExportUnreadable, PartReader } from './read-part.ts';
import type { Digest, ExportSource, Line } from './read-part.ts';

export interface VerifyOptions {
  newDigest: () => Digest;
  /** Thumbprint of the hub's key, from a place the hub cannot write to; without it the manifest's own word is taken. */
  trusted?: string;
}

export interface AuditReport {
  /** The first; undefined: the export holds together. */
  found?: Break;
  findings: Finding[];
  counts: { devices: number; entries: number; cases: number; actions: number; aside: number };
  manifest?: Manifest;
}

/** Rejects only on a bug: what cannot be read is a break. */
export async function verifyExport(source: ExportSource, options: VerifyOptions): Promise<AuditReport> {
  const text = await source.manifest().catch(ignoreUnreadable);
  const opened = await openManifest(text, options.trusted);
  if (!opened.ok) return { ...new ExportAudit().report(), found: opened.found };
  const { manifest } = opened;
  const audit = new ExportAudit(await importPublicKey(manifest.signer.publicKey));
  for (const { part } of manifest.files) {
    const found = await audit.readPart(
      part,
      new PartReader(source, part, { manifest, digest: options.newDigest() }),
    );
    if (found !== undefined) return { ...audit.report(), found, manifest };
  }
  const found = await audit.close(manifest);
  return { ...audit.report(), ...(found !== undefined && { found }), manifest };
}

/** A manifest that is missing is one that is not as an export writes it. */
function ignoreUnreadable(error: unknown): string {
  if (error instanceof ExportUnreadable) return '';
  throw error;
}

class ExportAudit {
  readonly #hubKey: CryptoKey | undefined;
  readonly #keys = new KeyRing();
  readonly #chains = new ChainCheck();
  readonly #log = new LogReader();
  /** As the log says they were: thumbprints of enrolled keys, hashes of published rules. */
  readonly #enrolled = new Map<string, string>();
  readonly #published = new Map<number, string>();
  readonly #rules: RulePublication[] = [];
  readonly #findings: Finding[] = [];
  readonly #counts = { devices: 0, entries: 0, cases: 0, actions: 0, aside: 0 };

  /** @param hubKey absent: nothing is going to be read */
  constructor(hubKey?: CryptoKey) {
    this.#hubKey = hubKey;
  }

  report(): AuditReport {
    return { findings: this.#findings, counts: this.#counts };
  }

  async readPart(part: Part, reader: PartReader): Promise<Break | undefined> {
    const file = fileOf(part);
    let last = '';
    try {
      for await (const line of reader.lines()) {
        const id = idOf(part, line);
        const flaw =
          id <= last
            ? { what: 'line-order' as const, expected: `after ${last}`, found: id }
            : await this.#take(part, line);
        if (flaw !== undefined) return { file, line: line.line, ...flaw };
        last = id;
      }
    } catch (error) {
      if (!(error instanceof ExportUnreadable)) throw error;
      return { file, what: 'file-missing', expected: 'a file that can be read', found: error.message };
    }
    return reader.flaw();
  }

  async close(manifest: Manifest): Promise<Break | undefined> {
    const own = await keyPrint(manifest.signer.publicKey);
    for (const device of this.#keys.all()) {
      const print = await keyPrint(device.publicKey);
      // The hub enrols nowhere: its key is the one that signed the manifest.
      const logged = this.#enrolled.get(device.deviceId) ?? (print === own ? own : undefined);
      if (logged === undefined)
        this.#findings.push({ kind: 'enrolment-unlogged', deviceId: device.deviceId });
      else if (logged !== print)
        return {
          file: fileOf('catalog'),
          what: 'device-key',
          expected: `${device.deviceId} ${logged}`,
          found: print,
        };
    }
    for (const publication of this.#rules) {
      const logged = this.#published.get(publication.seq);
      const actual = await hash(publication);
      if (logged !== undefined && logged !== actual)
        return {
          file: fileOf('catalog'),
          what: 'rules-other',
          expected: `rules:${String(publication.seq)} ${logged}`,
          found: actual,
        };
    }
    this.#findings.push(...this.#log.doubled.map((seq): Finding => ({ kind: 'log-doubled', seq })));
    const { found, findings } = this.#chains.close(manifest.startedAt);
    this.#findings.push(...findings);
    return found === undefined ? undefined : { file: fileOf('cases'), ...found };
  }

  async #take(part: Part, { value }: Line): Promise<(Flaw & { caseId?: string }) | undefined> {
    switch (part) {
      case 'catalog':
        return this.#takeCatalog(value);
      case 'log':
        return this.#takeEntry(value);
      case 'register':
        return this.#takePage(value);
      case 'cases':
        return this.#takeCase(value);
      case 'quarantine':
        return this.#takeQuarantine(value);
    }
  }

  async #takeCatalog(value: unknown): Promise<Flaw | undefined> {
    const parsed = catalogForm.safeParse(value);
    if (!parsed.success) return formFlaw('a catalog entry', parsed.error);
    const { _id, sig, ...rest } = parsed.data;
    // Parsed as far as ids and checks reach; nothing else is read.
    const entry = parsed.data.entry as unknown as CatalogEntry;
    const id = catalogIdOf(entry);
    if (id !== _id) return { what: 'catalog-id', expected: _id, found: id };
    const isSigned =
      this.#hubKey !== undefined &&
      isCanonical(sig) &&
      (await verifyValue({ _id, ...rest }, sig, this.#hubKey));
    if (!isSigned) return { what: 'catalog-signature', expected: 'a signature by the hub', found: sig };
    if (entry.kind === 'device') {
      if (!(await this.#keys.add(entry.device)))
        return { what: 'line-form', expected: 'a key', found: 'not at «entry.device.publicKey»' };
      this.#counts.devices += 1;
    }
    if (entry.kind === 'rules') this.#rules.push(entry.publication);
    return undefined;
  }

  async #takeEntry(value: unknown): Promise<Flaw | undefined> {
    const parsed = logForm.safeParse(value);
    if (!parsed.success) return formFlaw('a log entry', parsed.error);
    const entry = parsed.data as AuditEntry;
    const fault = await this.#log.take(entry);
    if (fault !== undefined)
      return { what: `log-${fault.fault}`, expected: fault.expected, found: fault.found };
    this.#counts.entries += 1;
    const { key, hash: published } = entry.details ?? {};
    const [, id = ''] = entry.object.split(':');
    if (entry.kind === 'device-enrolled' && typeof key === 'string') this.#enrolled.set(id, key);
    if (entry.kind === 'rules-published' && typeof published === 'string')
      this.#published.set(Number(id), published);
    return undefined;
  }

  #takePage(value: unknown): Flaw | undefined {
    const parsed = registerForm.safeParse(value);
    if (!parsed.success) return formFlaw('a page of the register', parsed.error);
    this.#chains.addPage(parsed.data);
    return undefined;
  }

  async #takeCase(value: unknown): Promise<(Flaw & { caseId?: string }) | undefined> {
    const parsed = parseCase(value);
    if (!parsed.ok) return parsed.flaw;
    const { doc, head } = parsed;
    const caseId = doc._id;
    const flaw =
      (await caseFlaw(doc, head, this.#keys)) ?? this.#placeFlaw(Object.values(doc.actions), doc.rulings);
    if (flaw !== undefined) return { caseId, ...flaw };
    this.#findings.push(...clockFindings(doc));
    this.#counts.cases += 1;
    this.#counts.actions += Object.keys(doc.actions).length;
    return undefined;
  }

  #placeFlaw(actions: SignedAction[], rulings: Record<string, { verdict: string }>): Flaw | undefined {
    for (const action of actions) {
      const flaw = this.#chains.addAction(action);
      if (flaw !== undefined) return flaw;
      if (rulings[action.body.id]?.verdict !== 'accepted') continue;
      const terminal = this.#keys.find(deviceOf(action))?.terminal ?? '';
      const taken = this.#chains.addReceipt(action, terminal);
      if (taken !== undefined) return taken;
    }
    return undefined;
  }

  async #takeQuarantine(value: unknown): Promise<Flaw | undefined> {
    const parsed = quarantineForm.safeParse(value);
    if (!parsed.success) return formFlaw('an entry of the quarantine', parsed.error);
    const { _id, entry, mark, chain } = parsed.data;
    if (mark !== undefined) this.#chains.addNoticed(mark.deviceId);
    if (chain !== undefined && (chain.isDue || chain.faults.length > 0))
      this.#chains.addNoticed(chain.deviceId);
    if (entry === undefined) return undefined;
    const action = parseSignedAction(entry.action);
    if (!action.ok)
      return {
        what: 'action-form',
        expected: 'an action',
        found: String(action.problem.params?.['where'] ?? ''),
      };
    const { body, hash: own } = action.value;
    const place = `entry:${body.id}~${own} ${body.caseId}`;
    if (`${_id} ${entry.caseId}` !== place || `entry:${entry.id}` !== _id)
      return { actionId: body.id, what: 'aside-place', expected: place, found: `${_id} ${entry.caseId}` };
    this.#counts.aside += 1;
    const isSecond = entry.problem.code === 'action-id-reused';
    return (await this.#keys.flawOf(action.value)) ?? this.#chains.addAside(action.value, { isSecond });
  }
}

/** What the lines of a part are sorted by. */
function idOf(part: Part, { value, line }: Line): string {
  // Several log entries may bear one number; the chain itself holds their order.
  if (part === 'log') return String(line).padStart(15, '0');
  return typeof value === 'object' && value !== null && '_id' in value
    ? String(value._id)
    : `￿${String(line)}`;
}

function formFlaw(expected: string, error: z.ZodError): Flaw {
  return {
    what: 'line-form',
    expected,
    found: `not at «${(error.issues[0]?.path ?? []).map(String).join('.')}»`,
  };
}
