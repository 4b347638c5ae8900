import { expect, it } from 'vitest';
import {
  maskAddress,
  maskApplicant,
  maskBankAccount,
  maskIdNumber,
  maskMobile,
  maskName,
  surnameOf,
} from './masking.ts';

it('shows of a person what the rules leave', () => {
  expect(maskName('张三丰')).toBe('张*');
  expect(maskName('欧阳晓明')).toBe('欧阳*');
  expect(surnameOf('𠮷田')).toBe('𠮷');
  expect(maskMobile('13812343210')).toBe('138****3210');
  expect(maskIdNumber('11010519491231002X')).toBe('110105********002X');
  expect(maskBankAccount('6222021234567890')).toBe('************7890');
  expect(maskAddress('五华区翠湖南路 1 号')).toBe('五华区翠湖南*****');
  expect(maskAddress('云南省昆明市五华区翠湖南路与圆通街交叉口新华大厦二十三层')).toBe('云南省昆明市*****');
});

it('hides whole what is too short to hide in part', () => {
  expect(maskMobile('1381')).toBe('****');
  expect(maskName('')).toBe('');
  expect(maskAddress('五华区')).toBe('***');
});

it('masks whoever came for the applicant too', () => {
  const agent = { name: '李四', idNumber: '11010519491231002X', mobile: '13812343210' };
  const masked = maskApplicant({
    kind: 'organisation',
    name: '甲公司',
    idNumber: '91530102MA6K000010',
    agent,
  });
  expect(masked.name).toBe('甲公司');
  expect(masked.agent).toEqual({ name: '李*', idNumber: '110105********002X', mobile: '138****3210' });
});
