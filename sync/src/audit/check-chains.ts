/**
 * Cases, what was set aside, and the register, held against each other: who stands at which place of a terminal's chain, and under which
 * case number. To be fed the register first, then every action; `close` then holds each chain together.
 */
import type { SignedAction } from '../domain/action.ts';
import { counterOf, deviceOf } from '../domain/action.ts';
import { parseCaseNo } from '../domain/case-number.ts';
import { linkFaults } from '../domain/chain.ts';
import type { ChainLink, LinkFault } from '../domain/chain.ts';
import type { ActionId, CaseId, DeviceId } from '../domain/identifiers.ts';
import { actionIdOf } from '../domain/identifiers.ts';
import { numberSeries } from '../replication/claim-actions.ts';
import type { Holder, RegisterPage } from '../replication/ports.ts';
import type { Break, Finding } from './break.ts';
import type { Flaw } from './check-case.ts';

/** What is on its way by foot comes within the working day: the hub itself waits as long (`audit-chains.ts`). */
const GAP_MS = 86_400_000;

/** As `claim-actions.ts` names them; no terminal's id has a dash. */
const NUMBER_SERIES = 'number-';

interface Orphan {
  series: string;
  place: number;
  holder: Holder;
}
interface Link extends ChainLink {
  caseId: CaseId;
}

export class ChainCheck {
  readonly #places = new Map<string, Map<number, Holder[]>>();
  readonly #links = new Map<DeviceId, Map<string, Link>>();
  readonly #numbers = new Map<string, ActionId>();
  /** Hashes of all receipts, good or not. */
  readonly #receipts = new Set<string>();
  /** Terminals whose chain the hub has found out of order, or is about to look at. */
  readonly #noticed = new Set<DeviceId>();

  addPage({ _id, places }: RegisterPage): void {
    const series = _id.slice(0, _id.lastIndexOf('.'));
    const known = this.#places.get(series) ?? new Map<number, Holder[]>();
    this.#places.set(series, known);
    for (const [place, holders] of Object.entries(places)) known.set(Number(place), holders);
  }

  addNoticed(deviceId: DeviceId): void {
    this.#noticed.add(deviceId);
  }

  /** An action in its case: it must hold its place. */
  addAction(action: SignedAction): Flaw | undefined {
    const { body, hash } = action;
    this.#link(action);
    const [first] = this.#holdersAt(deviceOf(action), counterOf(body.id));
    return this.#heldBy(body.id, hash, first);
  }

  /** An accepted receipt: it must hold its number, and nobody else. `terminal`: the label of the terminal that made it. */
  addReceipt({ body, hash }: SignedAction, terminal: string): Flaw | undefined {
    if (body.kind !== 'receive') return undefined;
    const { caseNo } = body.payload;
    const parts = parseCaseNo(caseNo);
    const own = `${body.by.unit.slice(6)} ${terminal}`;
    if (parts === undefined || `${parts.unitPart} ${parts.terminal}` !== own)
      return { actionId: body.id, what: 'number-form', expected: own, found: caseNo };
    const other = this.#numbers.get(caseNo);
    if (other !== undefined)
      return {
        actionId: body.id,
        what: 'number-twice',
        expected: `${caseNo} only by ${other}`,
        found: caseNo,
      };
    this.#numbers.set(caseNo, body.id);
    const [first] = this.#holdersAt(numberSeries(parts), parts.counter);
    return this.#heldBy(body.id, hash, first);
  }

  /** An action that came second under its id, or of a terminal that must not act: then it never claimed a place. */
  addAside(action: SignedAction, { isSecond }: { isSecond: boolean }): Flaw | undefined {
    this.#link(action);
    const { body, hash } = action;
    const holders = this.#holdersAt(deviceOf(action), counterOf(body.id));
    if (!isSecond || holders.some((holder) => holder.hash === hash)) return undefined;
    return { actionId: body.id, what: 'register-missing', expected: hash, found: 'no such holder' };
  }

  /** @param now when the export began, the hub's clock */
  close(now: number): { found?: Omit<Break, 'file'>; findings: Finding[] } {
    const findings: Finding[] = [];
    for (const orphan of this.#orphans()) {
      if (now - orphan.holder.at >= GAP_MS) return { found: orphanBreak(orphan), findings };
      findings.push({ kind: 'on-its-way', place: placeText(orphan) });
    }
    for (const [deviceId, links] of this.#links) {
      for (const { link, fault } of linkFaults([...links.values()])) {
        const finding = this.#findingOf(deviceId, { link, fault }, now);
        if (finding === undefined) return { found: breakOf(deviceId, link, fault), findings };
        findings.push(finding);
      }
    }
    return { findings };
  }

  /** Places that were claimed and where nothing stands. */
  *#orphans(): Generator<Orphan> {
    for (const [series, places] of this.#places) {
      const isNumber = series.startsWith(NUMBER_SERIES);
      const links = this.#links.get(series);
      for (const [place, holders] of places) {
        for (const holder of holders) {
          const { hash } = holder;
          const isThere = isNumber ? this.#receipts.has(hash) : links?.has(linkKey(place, hash)) === true;
          if (!isThere) yield { series, place, holder };
        }
      }
    }
  }

  /** Undefined when it can only be a break. */
  #findingOf(
    deviceId: DeviceId,
    { link, fault }: { link: Link; fault: LinkFault },
    now: number,
  ): Finding | undefined {
    const place = actionIdOf(deviceId, link.counter);
    if (this.#noticed.has(deviceId)) return { kind: fault === 'missing' ? 'gap-known' : 'fork-known', place };
    const came = this.#holdersAt(deviceId, link.counter).find(({ hash }) => hash === link.hash)?.at;
    const isYoung = came !== undefined && now - came < GAP_MS;
    return fault === 'missing' && isYoung ? { kind: 'on-its-way', place } : undefined;
  }

  #heldBy(actionId: ActionId, hash: string, first: Holder | undefined): Flaw | undefined {
    if (first === undefined) return { actionId, what: 'register-missing', expected: hash, found: 'nobody' };
    return first.hash === hash
      ? undefined
      : { actionId, what: 'register-other', expected: first.hash, found: hash };
  }

  #holdersAt(series: string, place: number): readonly Holder[] {
    return this.#places.get(series)?.get(place) ?? [];
  }

  #link(action: SignedAction): void {
    const { body, hash } = action;
    const deviceId = deviceOf(action);
    const counter = counterOf(body.id);
    const links = this.#links.get(deviceId) ?? new Map<string, Link>();
    this.#links.set(deviceId, links);
    if (body.kind === 'receive') this.#receipts.add(hash);
    links.set(linkKey(counter, hash), { counter, hash, prev: body.prev, caseId: body.caseId });
  }
}

function linkKey(counter: number, hash: string): string {
  return `${String(counter)} ${hash}`;
}

function placeText({ series, place }: Orphan): string {
  return series.startsWith(NUMBER_SERIES) ? `${series} ${String(place)}` : actionIdOf(series, place);
}

function orphanBreak(orphan: Orphan): Omit<Break, 'file'> {
  const { holder } = orphan;
  return {
    what: 'register-orphan',
    expected: `${placeText(orphan)} ${holder.hash}`,
    found: 'no such action',
  };
}

function breakOf(deviceId: DeviceId, { counter, caseId, prev }: Link, fault: LinkFault): Omit<Break, 'file'> {
  const actionId = actionIdOf(deviceId, counter);
  const before = prev ?? 'the beginning';
  return fault === 'missing'
    ? { caseId, actionId, what: 'chain-missing', expected: before, found: 'no such action' }
    : { caseId, actionId, what: 'chain-forked', expected: `one after ${before}`, found: 'two' };
}
