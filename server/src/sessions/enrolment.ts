/** How a terminal joins: an administrator's one-time code, the terminal's public key, and a place in the catalog. */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { importPublicKey } from '@sanji/sync/domain/signing';
import type { Clock } from '@sanji/sync/replication/ports';
import type { DirectoryStore } from '../store/directory-store.ts';
import type { CatalogService } from '../hub/catalog-service.ts';

/** Typed by a person from paper or telephone: no 0/O, 1/I/L. 31^10 is 49 bits; with the rate limit no one guesses it in its day. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const CODE_MS = 24 * 3_600_000;
/** AES-256. */
const SEAL_KEY_BYTES = 32;

export interface EnrolmentDeps {
  directory: DirectoryStore;
  catalog: CatalogService;
  clock: Clock;
}
export interface EnrolRequest {
  code: string;
  publicKey: DeviceKey['publicKey'];
  /** What joins: a code is good for the kind it was made for. */
  kind?: DeviceKey['kind'];
}
export interface Enrolled {
  deviceId: string;
  unit: string;
  unitName: string;
  terminal: string;
  device: DeviceKey;
}

export class Enrolment {
  readonly #deps: EnrolmentDeps;

  constructor(deps: EnrolmentDeps) {
    this.#deps = deps;
  }

  /** Problems: out-of-scope when there is no such active unit, or for a relay when it is no street. */
  async issueCode(
    unit: string,
    createdBy: string,
    kind?: DeviceKey['kind'],
  ): Promise<Result<{ code: string; expiresAt: number }>> {
    const known = this.#deps.catalog.current().units.get(unit);
    if (known?.active !== true || (kind === 'relay' && known.tier !== 'street'))
      return refused('out-of-scope', { unit });
    const code = Array.from({ length: 10 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
    const createdAt = this.#deps.clock.now();
    const expiresAt = createdAt + CODE_MS;
    await this.#deps.directory.putEnrolmentCode({
      codeHash: hashOf(code),
      unit,
      ...(kind !== undefined && { kind }),
      createdBy,
      createdAt,
      expiresAt,
    });
    return { ok: true, value: { code: `${code.slice(0, 5)}-${code.slice(5)}`, expiresAt } };
  }

  /** The code is used up even when what follows is refused. Problems: code-invalid, field-invalid. */
  async enrol({ code, publicKey, kind }: EnrolRequest): Promise<Result<Enrolled>> {
    const { directory, catalog, clock } = this.#deps;
    if (!(await isPoint(publicKey)))
      return refused('field-invalid', { field: 'publicKey', expected: 'P-256' });
    const taken = await directory.takeEnrolmentCode(hashOf(code), clock.now(), kind);
    if (taken === undefined) return refused('code-invalid');
    const device: DeviceKey = {
      deviceId: `d${randomBytes(6).toString('hex')}`,
      unit: taken.unit,
      terminal: labelOf(await this.#nextTerminal(taken.unit)),
      publicKey,
      status: 'active',
      ...(kind !== undefined && { kind }),
    };
    await directory.putDevice({
      device,
      enrolledAt: clock.now(),
      enrolledBy: taken.createdBy,
      sealKey: randomBytes(SEAL_KEY_BYTES).toString('base64url'),
    });
    await catalog.put([{ kind: 'device', device }]);
    const { deviceId, unit, terminal } = device;
    const unitName = catalog.current().units.get(unit)?.display ?? unit;
    return { ok: true, value: { deviceId, unit, unitName, terminal, device } };
  }

  /** Labels are never given twice, since case numbers are made of them; a crash here leaves a gap. */
  async #nextTerminal(unit: string): Promise<number> {
    const counters = this.#deps.directory.documents<{ last: number }>('terminal-counter');
    for (;;) {
      const found = await counters.find(unit);
      const last = (found?.value.last ?? 0) + 1;
      if ((await counters.put(unit, { last }, found?.rev)) === 'written') return last;
    }
  }
}

/** A1 … A99, B1 …: case numbers have room for a letter and two digits. H is the hub's. */
function labelOf(number: number): string {
  const letters = 'ABCDEFGJKLMNPQRSTUVWXYZ';
  return `${letters.charAt(Math.floor((number - 1) / 99) % letters.length)}${String(((number - 1) % 99) + 1)}`;
}

async function isPoint(publicKey: DeviceKey['publicKey']): Promise<boolean> {
  try {
    await importPublicKey(publicKey);
    return true;
  } catch {
    return false;
  }
}

function hashOf(code: string): string {
  return createHash('sha256')
    .update(code.toUpperCase().replace(/[^0-9A-Z]/g, ''))
    .digest('hex');
}
