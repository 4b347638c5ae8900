/** A terminal's bundle, opened with the key the hub keeps for that terminal, and its content held to what a push is held to. */
import { CASE_ID, parseActionId } from '@sanji/sync/domain/identifiers';
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { importSealKey, type SealKey } from '@sanji/sync/domain/sealing';
import { fromBase64Url } from '@sanji/sync/domain/signing';
import { openPart, verifyBundle, type Bundle, type SealedPart } from '@sanji/sync/protocol/bundle';
import type { PushedCase } from '@sanji/sync/protocol/messages';
import { z } from 'zod';
import { parsePushRequest, pushEnvelope } from '../resources/push-request.ts';
import { printReport } from '../resources/print.ts';
import { REVEAL_REASON, REVEALED_GROUP } from '../resources/reveal.ts';
import type { DirectoryStore } from '../store/directory-store.ts';

export interface OpenedBundle {
  /** The unruled actions of each case. */
  cases: PushedCase[];
  /** Actions from the tray, each by itself. */
  strays: PushedCase[];
  /** Looks at masked data that were not reported yet. */
  reveals: HandedReveal[];
  /** Prints that were not reported yet. */
  prints: HandedPrint[];
  /** Sealed under another key, damaged, or nothing that a terminal writes. Whatever is wrong with one part says nothing of the others. */
  unreadable: SealedPart[];
}

export type HandedReveal = z.infer<typeof storedReveal>;
export type HandedPrint = z.infer<typeof storedPrint>;

export interface MakerDeps {
  directory: Pick<DirectoryStore, 'findDevice'>;
  findDevice: (deviceId: string) => DeviceKey | undefined;
}
export interface Maker {
  device: DeviceKey;
  key: SealKey;
}

/** Who made it, proven by the signature, whoever carries it (rule 6). Problems: device-unknown, out-of-scope, those of `verifyBundle`. */
export async function proveMaker(
  { directory, findDevice }: MakerDeps,
  bundle: Bundle,
): Promise<Result<Maker>> {
  const { deviceId, unit } = bundle;
  const device = findDevice(deviceId);
  const record = await directory.findDevice(deviceId);
  if (device === undefined || record === undefined) return refused('device-unknown', { deviceId });
  const broken = await verifyBundle(bundle, device.publicKey);
  if (broken !== undefined) return { ok: false, problem: broken };
  if (device.unit !== unit) return refused('out-of-scope', { unit });
  const raw = fromBase64Url(record.value.sealKey);
  if (raw === undefined) throw new Error(`the seal key of ${deviceId} cannot be read`);
  return { ok: true, value: { device, key: await importSealKey(raw) } };
}

export async function openBundle({ parts }: Bundle, key: SealKey): Promise<OpenedBundle> {
  const opened: OpenedBundle = { cases: [], strays: [], reveals: [], prints: [], unreadable: [] };
  for (const part of parts) {
    const content = parsed(await openPart(key, part));
    if (part.label.startsWith('reveal.')) {
      const reveal = storedReveal.safeParse(content);
      if (reveal.success) opened.reveals.push(reveal.data);
      else opened.unreadable.push(part);
      continue;
    }
    if (part.label.startsWith('print.')) {
      const print = storedPrint.safeParse(content);
      if (print.success) opened.prints.push(print.data);
      else opened.unreadable.push(part);
      continue;
    }
    const isStray = parseActionId(part.label) !== undefined;
    const found = isStray ? asStray(content, part.label) : asCase(content, part.label);
    if (found === undefined) opened.unreadable.push(part);
    else if (found !== 'nothing unsent') opened[isStray ? 'strays' : 'cases'].push(found);
  }
  return opened;
}

/** What of a stored case matters here; the rest is the station's own view of it. */
const storedCase = z.object({
  _id: z.string(),
  n: z.int().min(0),
  epoch: z.unknown().optional(),
  actions: z.record(z.string(), z.unknown()),
  rulings: z.record(z.string(), z.unknown()),
  former: z.unknown().optional(),
});
const storedStray = z.object({
  caseId: z.string(),
  action: z.object({ body: z.object({ id: z.string() }).loose() }).loose(),
});

const storedReveal = z.object({
  staffId: z.string().max(64),
  caseId: z.string().regex(CASE_ID),
  field: z.string().regex(REVEALED_GROUP),
  reason: z.string().regex(REVEAL_REASON),
  at: z.int(),
});

const storedPrint = printReport.extend({ staffId: z.string().max(64) });

function asCase(content: unknown, label: string): PushedCase | 'nothing unsent' | undefined {
  const stored = storedCase.safeParse(content);
  if (!stored.success || stored.data._id !== label) return undefined;
  const { n, epoch, actions, rulings, former } = stored.data;
  const unruled = Object.keys(actions).filter((id) => !Object.hasOwn(rulings, id));
  if (unruled.length === 0) return 'nothing unsent';
  return asPush({
    caseId: label,
    n,
    actions: unruled.map((id) => actions[id]),
    ...(epoch !== undefined && { epoch }),
    ...(former !== undefined && { former }),
  });
}

function asStray(content: unknown, label: string): PushedCase | undefined {
  const stored = storedStray.safeParse(content);
  if (!stored.success || stored.data.action.body.id !== label) return undefined;
  return asPush({ caseId: stored.data.caseId, n: 0, actions: [stored.data.action] });
}

function asPush(pushed: Record<string, unknown>): PushedCase | undefined {
  const envelope = pushEnvelope.safeParse({ v: 1, cases: [pushed] });
  const request = envelope.success ? parsePushRequest(envelope.data) : undefined;
  return request?.ok === true ? request.value.cases[0] : undefined;
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Sealed by the terminal itself and yet no record: the part counts as unreadable.
    return undefined;
  }
}
