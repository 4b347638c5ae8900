/**
 * The cases of the bench, as the desk makes them by 收件并受理: draft, receipt and acceptance in one write, about 5 KB each as a document,
 * received and accepted at one community station.
 */
import type { ActionPayloads, Author, CaseDocument } from '@sanji/sync/domain/action';
import { formatCaseNo } from '@sanji/sync/domain/case-number';
import { dayOf } from '@sanji/sync/domain/calendar';
import type { PushedCase } from '@sanji/sync/protocol/messages';
import { SeededRandom } from '@sanji/sync/testing/fake-time';
import { fillIntake } from '@sanji/sync/testing/form-filler';
import { sampleMatters } from '../e2e/cast.ts';
import type { BenchStation } from './station.ts';

export const UNIT = '530102001013';
export const BY: Author = { staffId: 'yangxm', name: '杨晓梅', unit: UNIT };
/** Accepted at communities in the sample district. */
const MATTER = '532014001004';
/** Resident of the standard's example; a bench needs no other. */
const APPLICANT = {
  kind: 'person',
  name: '李示例',
  idNumber: '11010519491231002X',
  mobile: '13800000000',
} as const;

/** Words as long as what a clerk types in a case of about 5 KB. */
const FORM = { note: '申请人到窗口说明情况，工作人员核对材料并登记。'.repeat(18) };

export async function makeCases(
  station: BenchStation,
  count: number,
  firstNumber: number,
): Promise<PushedCase[]> {
  const day = dayOf(Date.now());
  const cases: PushedCase[] = [];
  const version = sampleMatters().find(({ matterId }) => matterId === MATTER);
  if (version === undefined) throw new Error(`no such matter: ${MATTER}`);
  const filled = fillIntake(version, new SeededRandom(1), day, APPLICANT).form;
  for (let i = 0; i < count; i++) {
    const counter = firstNumber + i;
    // One terminal of a station numbers up to 9,999 a day.
    const caseNo = formatCaseNo({ unit: UNIT, day, terminal: station.terminal, counter });
    const matter = { matterId: MATTER, version: version.version, rules: 1 };
    const receive: ActionPayloads['receive'] = {
      caseNo,
      matter,
      applicant: APPLICANT,
      form: { ...filled, remark: FORM.note.slice(0, 300) },
      materials: [
        { code: 'ID', name: '居民身份证', state: 'received', form: 'paper', copies: 1 },
        { code: 'SBDJ', name: '社会保险登记表', state: 'received', form: 'paper', copies: 1 },
        { code: 'HKB', name: '居民户口簿', state: 'received', form: 'paper', copies: 1 },
      ],
      conditionMet: true,
      printed: { noticeDue: `${day}T17:00` },
    };
    cases.push(
      await station.makeCase(BY, [
        { kind: 'draft', payload: { matter, applicant: APPLICANT, form: FORM } },
        { kind: 'receive', payload: receive },
        { kind: 'accept', payload: { deferred: [] } },
      ]),
    );
  }
  return cases;
}

/** The same case as a document for the stock plugin: without rulings, since nobody rules there. */
export function asStockDocument({ caseId, actions }: PushedCase): CaseDocument {
  return {
    _id: caseId,
    n: 0,
    actions: Object.fromEntries(actions.map((action) => [action.body.id, action])),
    rulings: {},
  };
}
