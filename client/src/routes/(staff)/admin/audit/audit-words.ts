/** Entries of the audit log in words. What is not known shows itself as it stands. */
import type { AuditEntry } from '@sanji/sync/audit/log-entry';
import { messagesByName, wordOf } from '#lib/i18n/messages-by-value.ts';
import { m } from '#lib/i18n/paraglide/messages.js';
import { reasonText } from '#lib/i18n/problem-text.ts';
import { kindText, roleText } from '#lib/i18n/words.ts';
import { catalogState } from '#lib/state/catalog.svelte.ts';

const messages = messagesByName(
  import.meta.glob('../../../../lib/i18n/paraglide/messages/audit{kind,object,detail}_*.js', { eager: true }),
);

type Value = string | number | boolean;

const UNIT_CHANGES: Record<string, (() => string) | undefined> = {
  rename: m.units_kind_rename,
  merge: m.units_kind_merge,
  close: m.units_kind_close,
};

/** Acts of the hub on cases carry the kind of the action. */
export function auditKindText(kind: string): string {
  return kind.startsWith('hub-')
    ? m.admin_audit_hub({ action: kindText(kind.slice('hub-'.length)) })
    : wordOf(messages, 'auditkind', kind);
}

export function auditPersonText(staffId: string): string {
  if (staffId === 'hub') return m.role_hub();
  return staffId === '-' ? m.admin_audit_nobody() : catalogState.staffName(staffId);
}

/** `device:d1…` → 终端 文林 A1. */
export function objectText(object: string): string {
  const at = object.indexOf(':');
  if (at < 0) return wordOf(messages, 'auditobject', object);
  const [what, id] = [object.slice(0, at), object.slice(at + 1)];
  return `${wordOf(messages, 'auditobject', what)} ${nameOf(what, id)}`;
}

function nameOf(what: string, id: string): string {
  if (what === 'staff') return catalogState.staffName(id);
  if (what === 'unit') return catalogState.unitName(id);
  const device = what === 'device' ? catalogState.current.devices.get(id) : undefined;
  return device === undefined ? id : `${catalogState.unitName(device.unit)} ${device.terminal}`;
}

/** One after the other: 单位 文林，在岗 否. */
export function detailsText({ kind, details = {} }: Pick<AuditEntry, 'kind' | 'details'>): string {
  return Object.entries(details)
    .map(([name, value]) => `${wordOf(messages, 'auditdetail', name)} ${valueText(kind, name, value)}`)
    .join(m.list_and());
}

function valueText(kind: string, name: string, value: Value): string {
  const text = String(value);
  if (text === 'true' || text === 'false') return text === 'true' ? m.admin_yes() : m.admin_no();
  if (name === 'unit' || name === 'into' || name === 'parent') return catalogState.unitName(text);
  if (name === 'code') return reasonText(text);
  if (name === 'successor' || name === 'submittedBy') return catalogState.staffName(text);
  if (kind.startsWith('unit-') && name === 'kind') return UNIT_CHANGES[text]?.() ?? text;
  if (kind === 'staff-roles' && (name === 'from' || name === 'to'))
    return text === '' ? m.admin_no_role() : text.split(',').map(roleText).join(m.list_and());
  return text;
}
