/** The rules for passwords, lock-out and the second factor: each change is a new version, with who made it and when. */
import { z } from 'zod';
import { refused } from '@sanji/sync/domain/problem';
import {
  changedRules,
  DEFAULT_POLICY,
  policyOf,
  policyProblem,
  type SecurityPolicy,
} from '@sanji/sync/domain/security-policy';
import { SETTINGS_ID } from '@sanji/sync/domain/catalog-index';
import { answered, forStaff, type Endpoint } from '../http/endpoint.ts';
import type { Container } from '../container.ts';
import { millis } from './schemas.ts';

const rules = z.object({
  minLength: z.int(),
  kinds: z.int(),
  history: z.int(),
  maxAgeDays: z.int(),
  tries: z.int(),
  lockMinutes: z.int(),
  factor: z.enum(['required', 'offered']),
});
const policy = rules.extend({ version: z.int(), since: millis, by: z.string() });
/** `version`: the one that was looked at. */
const change = rules.extend({ version: z.int().min(0) });

export function securityPolicyRoutes({ catalog, clock, audit }: Container): Endpoint[] {
  return [
    forStaff({
      name: 'GET /api/security-policy',
      summary: 'Every version of the rules for passwords, lock-out and the second factor, newest first.',
      answers: { schema: z.object({ versions: z.array(policy) }) },
      handle: () => {
        const { security = [] } = catalog.current().settings;
        return Promise.resolve(
          answered({ versions: [...security, ...(security.length === 0 ? [DEFAULT_POLICY] : [])].reverse() }),
        );
      },
    }),
    forStaff({
      name: 'PUT /api/security-policy',
      summary:
        'Put a new version in force. Never weaker than level 3 of GB/T 22239; present passwords are measured when they are changed.',
      body: change,
      answers: { schema: policy },
      async handle({ body: { version, ...wanted } }, { staff: { staffId: by } }) {
        const present = policyOf(catalog.current().settings);
        // Before what is asked for: whether it changes anything was judged by what was looked at.
        if (present.version !== version) return refused('edit-conflict');
        const bad = policyProblem(present, wanted);
        if (bad !== undefined) return { ok: false, problem: bad };
        const next: SecurityPolicy = { ...wanted, version: version + 1, since: clock.now(), by };
        const written = await catalog.alter(SETTINGS_ID, (entry) =>
          entry.kind !== 'settings' || policyOf(entry.settings).version !== version
            ? undefined
            : {
                kind: 'settings',
                settings: { ...entry.settings, security: [...(entry.settings.security ?? []), next] },
              },
        );
        if (!written) return refused('edit-conflict');
        const changes = changedRules(present, next).map((rule) => [
          rule,
          `${String(present[rule])} → ${String(next[rule])}`,
        ]);
        await audit({
          kind: 'security-policy',
          staffId: by,
          object: `security-policy:${String(next.version)}`,
          result: 'ok',
          details: Object.fromEntries(changes) as Record<string, string>,
        });
        return answered(next);
      },
    }),
  ];
}
