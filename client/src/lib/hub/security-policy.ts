import type { Result } from '@sanji/sync/domain/problem';
import type { PolicyRules, SecurityPolicy } from '@sanji/sync/domain/security-policy';
import { askJson } from './http.ts';

const PATH = '/api/security-policy';

/** Newest first. */
export function listPolicies(): Promise<Result<{ versions: SecurityPolicy[] }>> {
  return askJson({ path: PATH });
}

/** @param version the one that was looked at */
export function putPolicy(rules: PolicyRules & { version: number }): Promise<Result<SecurityPolicy>> {
  return askJson({ method: 'PUT', path: PATH, body: rules });
}
