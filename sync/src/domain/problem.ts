/**
 * The closed catalogue of refusals. An expected refusal is a value of this catalogue; a bug throws.
 * Words for people live in the client's messages under `problem_<code>`, HTTP status at the server's edge.
 */

export type Retry = 'backoff' | 'after-login' | 'never' | 'needs-person';

/** code → how to go on. Every code names its parameters in `Problem.params`. */
export const PROBLEMS = {
  // the life of a case
  'wrong-status': 'needs-person', // {status, kind, byAction?, byName?}: the case has moved on; byAction names the ruling that moved it
  'not-holder': 'needs-person', // {holder, byAction?, byName?}
  'not-a-party': 'needs-person', // {unit}
  'role-missing': 'needs-person', // {roles}: comma-separated roles any of which would do
  'mode-too-low': 'needs-person', // {mode, needed, unit}
  'acceptor-approves': 'needs-person', // {}: who accepts does not approve
  'same-person': 'needs-person', // {}: asked and granted by one person
  'no-request': 'needs-person', // {}: a suspension or an answer that nobody asked for
  'already-extended': 'needs-person', // {}
  'deferral-outstanding': 'needs-person', // {codes}
  'not-due': 'needs-person', // {due}
  'too-late': 'needs-person', // {due}
  'bad-target': 'needs-person', // {to}
  'not-a-colleague': 'needs-person', // {staffId}: works on no cases at the holding unit, or has this one already
  'already-there': 'never', // {}: the same move was ruled before
  'material-missing': 'needs-person', // {codes}
  'condition-unmet': 'needs-person', // {condition, field}
  'back-office-needed': 'needs-person', // {count, max}: so many people are the back office's
  'unit-inactive': 'needs-person', // {unit}: takes no cases on that day
  'matter-unknown': 'needs-person', // {matterId, version}
  'matter-not-in-force': 'needs-person', // {matterId, version, day}
  'case-number-invalid': 'never', // {caseNo}
  'case-number-taken': 'needs-person', // {caseNo}
  // fields
  'field-required': 'needs-person', // {field}
  'field-too-long': 'needs-person', // {field, max, length}
  'field-invalid': 'needs-person', // {field, expected}
  'form-check': 'needs-person', // {field, rule, check, other?, limit?, found?}: fields that do not fit each other; `check` is its place in the form
  'resident-id-invalid': 'needs-person', // {field, reason: length|characters|date|future|checksum}
  'credit-code-invalid': 'needs-person', // {field, reason: length|characters|checksum}
  'mobile-invalid': 'needs-person', // {field, length}
  'date-invalid': 'needs-person', // {field}
  'date-in-future': 'needs-person', // {field, today}
  // the protocol
  malformed: 'never', // {where}
  'too-large': 'never', // {maxBytes}
  'version-unsupported': 'needs-person', // {theirs, ours}
  'device-unknown': 'needs-person', // {deviceId}
  'device-revoked': 'needs-person', // {deviceId}
  'signature-invalid': 'never', // {actionId}
  'chain-broken': 'needs-person', // {actionId}: what comes before it in its device's chain is missing
  'chain-forked': 'needs-person', // {actionId}: two actions follow one
  'action-id-reused': 'needs-person', // {actionId}: same id, other content
  'staff-unknown': 'needs-person', // {staffId}
  'out-of-scope': 'never', // {feed?, unit?}
  'checkpoint-unknown': 'backoff', // {}
  'epoch-changed': 'backoff', // {}: the hub was restored; what it has forgotten is to be offered again
  'hub-behind': 'backoff', // {}: a backup was put back and the restore not finished; nothing is lost, an administrator must act
  'cause-missing': 'backoff', // {}: after a restore, what a part of the case stands on has not come back yet
  // the edge
  'login-required': 'after-login', // {}
  'login-failed': 'needs-person', // {triesLeft}
  'locked-out': 'needs-person', // {minutes}
  'password-weak': 'needs-person', // {min, kinds}: fewer characters or kinds of them, or the account's name in it
  'password-same': 'needs-person', // {}: the new password is the old one
  'password-expired': 'needs-person', // {}: somebody else has seen it, or it is too old; only a new one opens the rest
  'password-common': 'needs-person', // {}: on the lists that guessing begins with
  'password-reused': 'needs-person', // {count}: one of the last so many
  'factor-required': 'needs-person', // {}: administering takes the code of the second factor
  'factor-due': 'needs-person', // {}: administering takes a second factor, which is to be set up first
  'factor-wrong': 'needs-person', // {triesLeft}
  'factor-replayed': 'needs-person', // {}: the code was used before; the next one will do
  'device-required': 'needs-person', // {}
  forbidden: 'never', // {}
  'code-invalid': 'needs-person', // {}: one-time code wrong, used or expired
  'rate-limited': 'backoff', // {retryAfterS}
  'not-found': 'never', // {}
  'edit-conflict': 'needs-person', // {}: someone saved before you
  'cross-site': 'never', // {}
  unavailable: 'backoff', // {}: the store does not answer
  offline: 'backoff', // {}: no line to the hub
  internal: 'backoff', // {reference}
  // bundles
  'bundle-unreadable': 'never', // {}: no bundle, or cut off
  'bundle-part-altered': 'never', // {part}: counted from 1
  'bundle-head-altered': 'never', // {}: who made it, when, and the list of its parts
  'bundle-signature-invalid': 'never', // {}
  'bundle-not-ours': 'never', // {deviceId}: an answer for another terminal
  'bundle-older': 'never', // {}: a later answer was imported before
  'bundle-misplaced': 'never', // {purpose}: good, but not for here
  'handed-over': 'needs-person', // {deviceId}: the last words of a terminal that was taken out of service
  // configuration
  'rule-widens': 'needs-person', // {unit, matterId, tier}
  'decide-above': 'needs-person', // {matterId, tier, unit?, decideAt}: set to decide below the tier that decides the matter
  'document-missing': 'needs-person', // {}: delegation document number
  'date-in-past': 'needs-person', // {day}
  'second-person-needed': 'needs-person', // {}: publishing takes another administrator
  'no-change': 'needs-person', // {}
  'file-invalid': 'needs-person', // {line, field, reason}
  'hours-backwards': 'needs-person', // {weekday, from, to}: weekday 1 is Monday; the office would close before it opens
  'hours-overlap': 'needs-person', // {weekday, first, second}: spans of one day that overlap, or stand in the wrong order
  'hours-needed': 'needs-person', // {weekday}: limits end with the district's hours, so each day from Monday to Friday has some
  'hours-none': 'needs-person', // {}: open on no day
  'no-decider': 'needs-person', // {matterId, day}: from that day on
  'narrowing-contradicted': 'needs-person', // {matterId, unit, day}: what the street `unit` has narrowed would leave nobody to decide from that day on
  'case-stranded': 'needs-person', // {caseNo, matterId, unit}: an open case that its unit could no longer receive, or nobody decide
  'admins-apart': 'needs-person', // {roles, name}: two of the three administrators in one person
  'last-admin': 'needs-person', // {role, name}
  'own-account': 'needs-person', // {}
  'staff-known': 'needs-person', // {staffId}
  'unit-known': 'needs-person', // {unit}: this code or name is taken
  'unit-busy': 'needs-person', // {unit, count, caseNo}: so many open cases would be left without a holder
  'unit-staffed': 'needs-person', // {unit, names, more}: people and terminals that are still there; more: how many are not named
  'unit-has-units': 'needs-person', // {unit, names, more}: units below it in service
  'unit-cannot-take': 'needs-person', // {unit, count, caseNo}: so many open cases are of matters it does not handle
  'successor-needed': 'needs-person', // {name, count}: so many open cases, and no colleague of the unit named
  // the station's own store
  'case-gone': 'needs-person', // {}: the case has left this terminal
  'store-broken': 'needs-person', // {}
  'storage-full': 'needs-person', // {}
  'store-lost': 'needs-person', // {}: the browser has deleted it under the program
  'cases-lost': 'needs-person', // {}: the browser had deleted the cases alone; they are read again, the unsent may be lost
  'signature-unverifiable': 'needs-person', // {}: a paper signed by a key this station does not know
} as const satisfies Record<string, Retry>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface Problem {
  code: ProblemCode;
  params?: Record<string, string | number>;
}

export type Result<T> = { ok: true; value: T } | { ok: false; problem: Problem };

export function problem(code: ProblemCode, params?: Record<string, string | number>): Problem {
  return params === undefined ? { code } : { code, params };
}

export function refused(
  code: ProblemCode,
  params?: Record<string, string | number>,
): { ok: false; problem: Problem } {
  return { ok: false, problem: problem(code, params) };
}

export function retryOf(p: Problem): Retry {
  return PROBLEMS[p.code];
}
