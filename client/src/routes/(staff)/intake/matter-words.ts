/** How a matter's mode, limit and deciding tier are said. */
import type { MatterVersion } from '@sanji/sync/domain/catalog';
import type { Tier } from '@sanji/sync/domain/identifiers';
import type { EffectiveRule } from '@sanji/sync/domain/tier-rules';
import { m } from '#lib/i18n/paraglide/messages.js';

export function tierWord(tier: Tier): string {
  const words: Record<Tier, () => string> = {
    community: m.intake_tier_community,
    street: m.intake_tier_street,
    district: m.intake_tier_district,
  };
  return words[tier]();
}

export function decidedWord({ decideAt }: Pick<EffectiveRule, 'decideAt'>): string {
  return m.intake_decided_at({ tier: tierWord(decideAt) });
}

export function limitWord({ instant, promiseDays, dayUnit }: MatterVersion): string {
  if (instant) return m.intake_limit_instant();
  return dayUnit === 'workday'
    ? m.intake_limit_workdays({ days: promiseDays })
    : m.intake_limit_days({ days: promiseDays });
}
