/** What a newcomer needs to see after the start: the address and, for the sample district, three windows, their codes and the accounts. */
import type { Staff, Unit } from '@sanji/sync/domain/catalog';
import { TIERS, type Tier } from '@sanji/sync/domain/identifiers';
import { loadSampleDistrict } from './seed/sample-district.ts';
import type { Hub } from './hub.ts';
import type { StreetRelay } from './relay/street-relay.ts';

const WINDOWS: Record<Tier, string> = { community: '社区', street: '街道', district: '区中心' };

/** Makes one fresh one-time code a demo window. */
export async function announce({ url, container }: Hub): Promise<string[]> {
  const { port } = new URL(url);
  const lines = ['', `三级受理 · listening on ${url}`];
  const { config, catalog, enrolment } = container;
  if (config.seed !== 'sample') return lines;
  const passwords = new Map(
    loadSampleDistrict(config.sampleDir).credentials.map((each) => [each.staffId, each.password]),
  );
  const people = [...catalog.current().staff.values()].filter(({ staffId }) => passwords.has(staffId));
  lines.push('', '演示窗口 Demo windows (open each in a tab; join with its code, once):');
  for (const tier of TIERS) {
    const unit = demoUnit(people, catalog.current().units, tier);
    if (unit === undefined) continue;
    const issued = await enrolment.issueCode(unit.code, 'hub');
    const code = issued.ok ? issued.value.code : '-';
    lines.push(
      `  http://${tier}.localhost:${port}`.padEnd(40) + `${WINDOWS[tier]} ${unit.display}  code ${code}`,
    );
  }
  lines.push('', '演示账号 Demo accounts:');
  for (const person of people) lines.push(`  ${accountLine(person, passwords.get(person.staffId) ?? '')}`);
  lines.push('');
  return lines;
}

export function announceRelay({ url, container }: StreetRelay): string[] {
  const { identity, catalog, isLineUp } = container;
  const street = catalog.current().units.get(identity.street)?.display ?? identity.street;
  const line = isLineUp() ? '与区级连通 the district answers' : '区级线路中断 the district does not answer';
  return ['', `三级受理 · 街道中继 street relay for ${street} · listening on ${url}`, `  ${line}`, ''];
}

/** The first demo person of a tier works at the demo window of that tier. */
function demoUnit(people: Staff[], units: ReadonlyMap<string, Unit>, tier: Tier): Unit | undefined {
  return people.map(({ unit }) => units.get(unit)).find((unit) => unit?.tier === tier);
}

function accountLine({ staffId, name, position, roles }: Staff, password: string): string {
  return `${staffId.padEnd(8)} ${password}   ${name} ${position.zh} (${roles.join(', ')})`;
}
