/** What an administrator does about an action that was set aside, or about a chain that does not hold together. */
import type { Problem } from '@sanji/sync/domain/problem';
import { m } from '#lib/i18n/paraglide/messages.js';
import { problemText } from '#lib/i18n/problem-text.ts';

export interface Explained {
  why: string;
  next: string;
}

/** The problem in an administrator's words: those of the catalogue speak to whoever sits at the terminal. */
export function explainSetAside(problem: Problem): Explained {
  switch (problem.code) {
    case 'action-id-reused':
      return { why: m.admin_aside_reused(), next: m.admin_aside_reused_next() };
    case 'handed-over':
      return { why: m.admin_aside_handed(), next: m.admin_aside_handed_next() };
    case 'signature-invalid':
      return { why: m.admin_aside_forged(), next: m.admin_aside_forged_next() };
    case 'device-unknown':
      return { why: m.admin_aside_stranger(), next: m.admin_aside_stranger_next() };
    default:
      return { why: problemText(problem), next: m.admin_aside_handed_next() };
  }
}

/** A fork outweighs gaps: it never closes. */
export function explainChain(faults: { fault: 'missing' | 'forked' }[]): Explained {
  return faults.some(({ fault }) => fault === 'forked')
    ? { why: m.admin_chain_forked(), next: m.admin_chain_forked_next() }
    : { why: m.admin_chain_missing({ count: faults.length }), next: m.admin_chain_missing_next() };
}
