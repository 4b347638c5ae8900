/** Mobile numbers of the mainland, 11 digits. */
import { refused } from './problem.ts';
import type { Result } from './problem.ts';

/** The 11 digits. Spaces and hyphens between them are forgiven. `field` is named in the problem. */
export function parseMobile(typed: string, field = 'mobile'): Result<string> {
  const digits = typed.replaceAll(/[\s-]/g, '');
  return /^1[3-9]\d{9}$/.test(digits)
    ? { ok: true, value: digits }
    : refused('mobile-invalid', { field, length: digits.length });
}
