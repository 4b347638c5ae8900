/** What an audit says. A break is where the record contradicts itself; a finding is something true that an auditor should know. */
import type { ActionId, CaseId, DeviceId } from '../domain/identifiers.ts';

export const BREAKS = {
  'manifest-form': 'the manifest is not as an export writes it',
  'manifest-signer': 'the manifest is signed by another key than the one to be trusted',
  'manifest-signature': 'the manifest’s signature is not good',
  'file-missing': 'the file cannot be read',
  'file-changed': 'the file is not the one that was exported',
  'line-form': 'the line is not as an export writes it',
  'line-order': 'the lines are not in ascending order, each once',
  'catalog-id': 'the entry is not what its id says',
  'catalog-signature': 'the entry is not signed by the hub',
  'device-key': 'the terminal’s key is not the one it enrolled with',
  'rules-other': 'the published rules are not those whose publication was logged',
  'log-altered': 'the log entry was changed',
  'log-missing': 'a log entry is missing',
  'log-unlinked': 'the log entry does not follow the one before',
  'action-place': 'the action stands where it does not belong',
  'action-form': 'the action is not well-formed',
  'device-unknown': 'no terminal of this id ever enrolled',
  'action-hash': 'the action’s content is not what was hashed',
  'action-signature': 'the action’s signature is not its terminal’s',
  'ruling-place': 'the ruling is on an action that is not in the case',
  'ruling-missing': 'the action was never ruled on',
  'ruling-seq': 'the rulings are not numbered 1 to n',
  'ruling-verdict': 'the ruling’s verdict and reason contradict each other',
  'ruling-impossible': 'an action was accepted that the case could not take',
  'case-n': 'n is not the number of rulings',
  'case-head': 'the stored state is not what the log folds to',
  'number-form': 'the case number is not one of this terminal',
  'number-twice': 'two receipts bear one case number',
  'register-other': 'the register holds another action in this place',
  'register-missing': 'the register knows nothing of it',
  'register-orphan': 'a place was claimed more than a day ago, and what claimed it is missing',
  'chain-missing': 'the action before it in its terminal’s chain is missing',
  'chain-forked': 'two actions follow one',
  'aside-place': 'what was set aside is not what its id says',
  'hub-other': 'the older export is of another hub, or of a later life of this one',
  'case-gone': 'the older export holds a case that is missing here',
  'action-gone': 'the older export holds an action that is missing here',
  'action-other': 'the older export holds another action under this id',
  'ruling-other': 'the older export holds another ruling on this action',
  'aside-gone': 'the older export holds something set aside that is missing or another here',
  'log-other': 'the older export holds a log entry that is missing here',
} as const;
export type BreakCode = keyof typeof BREAKS;

export interface Break {
  file: string;
  /** From 1. */
  line?: number;
  caseId?: CaseId;
  actionId?: ActionId;
  what: BreakCode;
  expected: string;
  found: string;
}

/**
 * `on-its-way`: a place was claimed and nothing stands there yet, or what comes before it is younger than a day. `gap-known` and `fork-known`:
 * the hub has noticed and marked the terminal. `clock-went-back`: rulings of one case are stamped out of order; hubs' clocks may differ.
 * `log-doubled`: a number stands twice, which a torn cluster leaves. `enrolment-unlogged`: nothing in the log says how the key came.
 */
export type Finding =
  | { kind: 'on-its-way' | 'gap-known' | 'fork-known'; place: string }
  | { kind: 'clock-went-back'; caseId: CaseId; actionId: ActionId; byMs: number }
  | { kind: 'log-doubled'; seq: number }
  | { kind: 'enrolment-unlogged'; deviceId: DeviceId };
