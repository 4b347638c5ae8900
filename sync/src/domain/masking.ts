/** Personal data on screens and lists. What is shorter than what stays readable is hidden whole. */
import type { Applicant } from './action.ts';

/** Family names of two characters; any other name shows its first character. */
const COMPOUND_SURNAMES = new Set(
  '欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 令狐 慕容 司徒 夏侯 宇文 长孙 端木 南宫 轩辕 独孤 百里 呼延'.split(
    ' ',
  ),
);

/** 张三丰 → 张*; the length of a name is not shown either. */
export function maskName(name: string): string {
  return name === '' ? '' : `${surnameOf(name)}*`;
}

/** For public displays. */
export function surnameOf(name: string): string {
  const chars = Array.from(name.trim());
  const two = chars.slice(0, 2).join('');
  return chars.length > 2 && COMPOUND_SURNAMES.has(two) ? two : (chars[0] ?? '');
}

/** 13812343210 → 138****3210 */
export function maskMobile(mobile: string): string {
  return maskMiddle(mobile, 3, 4);
}

/** Resident ID or credit code: the first six and the last four stay. */
export function maskIdNumber(idNumber: string): string {
  return maskMiddle(idNumber, 6, 4);
}

export function maskBankAccount(account: string): string {
  return maskMiddle(account, 0, 4);
}

/** District and street at most; how long the rest is says something too. */
export function maskAddress(address: string): string {
  const chars = Array.from(address);
  return chars.length <= 6 ? '*'.repeat(chars.length) : `${chars.slice(0, 6).join('')}*****`;
}

/** The applicant as lists show them. An organisation's name is public, who came for it is not. */
export function maskApplicant(applicant: Applicant): Applicant {
  const { kind, name, idNumber, mobile, address, agent } = applicant;
  return {
    kind,
    name: kind === 'person' ? maskName(name) : name,
    idNumber: maskIdNumber(idNumber),
    ...(mobile === undefined ? {} : { mobile: maskMobile(mobile) }),
    ...(address === undefined ? {} : { address: maskAddress(address) }),
    ...(agent === undefined
      ? {}
      : {
          agent: {
            name: maskName(agent.name),
            idNumber: maskIdNumber(agent.idNumber),
            ...(agent.mobile === undefined ? {} : { mobile: maskMobile(agent.mobile) }),
          },
        }),
  };
}

function maskMiddle(text: string, head: number, tail: number): string {
  const chars = Array.from(text);
  const hidden = chars.length - head - tail;
  if (hidden <= 0) return '*'.repeat(chars.length);
  return chars.slice(0, head).join('') + '*'.repeat(hidden) + chars.slice(chars.length - tail).join('');
}
