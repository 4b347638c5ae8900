/**
 * A small hub on which something of everything has happened: a relay that joined, work, a refusal, a copied profile, a lost terminal, rules
 * published.
 */
import type { TierRule } from '@sanji/sync/domain/catalog';
import { auditChains } from '@sanji/sync/replication/audit-chains';
import { ask, login, startTestHub, type TestHub } from './running-hub.ts';
import { startTestRelay } from './running-relay.ts';
import { smallDistrict } from './small-district.ts';
import { TestStation } from './test-station.ts';

export interface AuditedHub {
  hub: TestHub;
  /** Enrolled, and never used. */
  idle: TestStation;
  community: TestStation;
  /** One that the community receives and the street takes on. */
  matterId: string;
}

const DAY_MS = 86_400_000;

export async function startAuditedHub(): Promise<AuditedHub> {
  const district = smallDistrict();
  const hub = await startTestHub({ SAMPLE_DIR: district.dir });
  district.remove();
  const community = await TestStation.join(hub, 'yangxm');
  const street = await TestStation.join(hub, 'puyl');
  const idle = await TestStation.join(hub, 'zhaom');
  const relay = await startTestRelay(hub, street.unit);
  await relay.end();
  const matterId = community.forwardedMatter(street);
  for (let i = 0; i < 3; i++) {
    await community.push(await community.received('yangxm', matterId));
    // Ids sort by time: the cases lie in the order in which they were made.
    hub.clock.moveBy(1_000);
  }
  const first = await workOnACopy(hub, matterId);
  // Not at the holder's: rejected, and it stays in the log.
  const refuse = { kind: 'refuse', payload: { reason: '不属于' } } as const;
  await street.push({ caseId: first, n: 0, actions: [await street.sign(first, 'puyl', refuse)] });
  await publish(hub, matterId);
  await auditChains(hub.hub.container.judge);
  // What may still have been on its way has come, or never will.
  hub.clock.moveBy(2 * DAY_MS);
  return { hub, idle, community, matterId };
}

/** A terminal whose profile was copied, taken out of service, and what it made last carried by another. Gives its first case. */
async function workOnACopy(hub: TestHub, matterId: string): Promise<string> {
  const lost = await TestStation.join(hub, 'chensy');
  const copy = await lost.clone();
  const first = await lost.received('chensy', matterId);
  await lost.push(first);
  await copy.push(await copy.received('chensy', matterId));
  const carrier = await TestStation.join(hub, 'yangxm');
  const late = await lost.received('chensy', matterId);
  const headers = await login(hub.url, 'zhouj');
  await ask(hub.url, `POST /api/devices/${lost.deviceId}/revoke`, { headers, body: { reason: 'lost' } });
  await carrier.push(late);
  return first.caseId;
}

async function publish(hub: TestHub, matterId: string): Promise<void> {
  const [drafter, publisher] = [await login(hub.url, 'hewj'), await login(hub.url, 'sunl')];
  const rows = (['community', 'street', 'district'] as const).map((tier): TierRule => ({
    matterId,
    tier,
    mode: 'decide',
    decideAt: 'community',
    offlineAllowed: true,
  }));
  const body = { version: '2026.12-1', effectiveFrom: '2026-12-01', document: '五政办〔2026〕9号', rows };
  const draft = await ask(hub.url, 'POST /api/rule-drafts', { headers: drafter, body });
  const path = `/api/rule-drafts/${String(draft.body['id'])}`;
  await ask(hub.url, `POST ${path}/submit`, { headers: drafter, body: {} });
  const published = await ask(hub.url, `POST ${path}/publish`, { headers: publisher, body: {} });
  if (published.status !== 201) throw new Error(`not published: ${JSON.stringify(published.body)}`);
}
