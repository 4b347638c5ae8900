import { describe, expect, it } from 'vitest';
import { factsHeightMm, linesOf, paginate, placeFacts, rowHeightMm, tailHeightMm } from './receipt-layout.ts';

const LABEL_MM = 17;
const LONG = '补充说明材料：关于异地就医期间分段住院费用结算及转诊转院备案情况的说明（含附件）';
const STEPS = [
  '最迟 2026-11-30 17:00 告知是否受理。材料不齐会一次性告知。',
  '受理后 5 个工作日内办结（法定 10 个工作日），受理次日起算。',
  '请在 2026-12-07 17:00 前把容缺材料交到任一站点，未补齐不能办结。',
  '结果可在文林社区领取，也可邮寄。带本凭证或身份证即可。',
];
const BOX =
  '本凭证在网络中断时由终端 A2 签发，与联网签发效力相同。恢复联网后自动上传；在任一站点扫码可当场核验签名。核验码 7C41 9E02 B8D5';
const SHORT_FACTS = [
  '李*',
  '530111********0427',
  '135****7741',
  '无',
  '失业保险金申领',
  '2026-11-23 09:14',
  '窗口',
].map((value) => ({ label: '', value }));
const factsMm = factsHeightMm(placeFacts(SHORT_FACTS, LABEL_MM), LABEL_MM);
const tailMm = tailHeightMm({ steps: STEPS, box: BOX });

function rowsOf(count: number, name = '居民身份证') {
  return Array.from({ length: count }, (_, i) => {
    const row = { name: `${name}${String(i)}`, remark: '1 份，原件已退还' };
    return { row, heightMm: rowHeightMm(row) };
  });
}
const sizes = (pages: unknown[][]): number[] => pages.map((page) => page.length);

describe('the lines of a text', () => {
  it('are those a column has room for', () => {
    expect(linesOf('居民身份证', 58)).toBe(1);
    expect(linesOf('国'.repeat(17), 58)).toBe(1);
    expect(linesOf('国'.repeat(18), 58)).toBe(2);
    expect(linesOf('', 58)).toBe(1);
  });

  it('keep Latin words whole, and break one that is longer than a line', () => {
    expect(linesOf('Start-up guaranteed-loan application', 58)).toBe(2);
    expect(linesOf('x'.repeat(100), 58)).toBe(4);
  });
});

describe('the facts', () => {
  it('stand two in a line, a long one alone', () => {
    const [short, long] = placeFacts(
      [
        { label: '', value: '李*' },
        { label: '', value: LONG },
      ],
      LABEL_MM,
    );
    expect([short?.wide, long?.wide]).toEqual([false, true]);
  });
});

describe('the pages', () => {
  it('are one for nine materials, with the longest of the other words', () => {
    expect(sizes(paginate(rowsOf(9), { factsMm, tailMm }))).toEqual([9]);
  });

  it('are two where rows or the words below them have no room', () => {
    expect(paginate(rowsOf(20), { factsMm, tailMm })).toHaveLength(2);
    expect(paginate(rowsOf(9, LONG), { factsMm, tailMm })).toHaveLength(2);
  });

  it('end with one that has room for the tail, and lose no row', () => {
    for (let count = 0; count < 80; count += 1) {
      const rows = rowsOf(count, count % 3 === 0 ? LONG : undefined);
      const pages = paginate(rows, { factsMm, tailMm });
      expect(pages.flat()).toEqual(rows.map(({ row }) => row));
      const lastMm = (pages.at(-1) ?? []).reduce((sum, row) => sum + rowHeightMm(row), 0);
      expect(lastMm + tailMm).toBeLessThan(198 - 34.8 - 5.3);
    }
  });
});
