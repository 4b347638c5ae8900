/** What comes in as a push: bounded, and every action well-formed, before anything is looked up. */
import { z } from 'zod';
import { CASE_ID, parseActionId } from '@sanji/sync/domain/identifiers';
import type { SignedAction } from '@sanji/sync/domain/action';
import { refused, type Result } from '@sanji/sync/domain/problem';
import {
  MAX_PUSH_ACTIONS,
  MAX_PUSH_CASES,
  PROTOCOL_VERSION,
  type PushedCase,
  type PushRequest,
} from '@sanji/sync/protocol/messages';
import { parseSignedAction } from '@sanji/sync/protocol/parse-action';

const formerRulings = z.record(
  z.string().refine((id) => parseActionId(id) !== undefined),
  z.strictObject({
    epoch: z.int().min(1),
    seq: z.int().min(1),
    verdict: z.enum(['accepted', 'rejected']),
  }),
);

export const pushEnvelope = z.object({
  v: z.int(),
  cases: z
    .array(
      z.strictObject({
        caseId: z.string().regex(CASE_ID),
        epoch: z.int().min(1).exactOptional(),
        n: z.int().min(0),
        actions: z.array(z.unknown()).min(1),
        former: formerRulings.exactOptional(),
      }),
    )
    .min(1),
});

export function parsePushRequest({ v, cases }: z.infer<typeof pushEnvelope>): Result<PushRequest> {
  if (v !== PROTOCOL_VERSION) return refused('version-unsupported', { theirs: v, ours: PROTOCOL_VERSION });
  const count = cases.reduce((sum, { actions }) => sum + actions.length, 0);
  if (cases.length > MAX_PUSH_CASES || count > MAX_PUSH_ACTIONS)
    return refused('malformed', { where: 'cases.length' });
  const parsed: PushedCase[] = [];
  for (const [i, { actions, ...rest }] of cases.entries()) {
    const good: SignedAction[] = [];
    for (const [k, action] of actions.entries()) {
      const result = parseSignedAction(action);
      if (!result.ok) {
        const where = `cases.${String(i)}.actions.${String(k)}.${String(result.problem.params?.['where'] ?? '')}`;
        return result.problem.code === 'malformed' ? refused('malformed', { where }) : result;
      }
      good.push(result.value);
    }
    parsed.push({ ...rest, actions: good });
  }
  return { ok: true, value: { v: PROTOCOL_VERSION, cases: parsed } };
}
