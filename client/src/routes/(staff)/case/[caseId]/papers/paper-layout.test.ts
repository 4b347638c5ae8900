import { describe, expect, it } from 'vitest';
import { listOf, textOf, type Block } from './paper-blocks.ts';
import { linesOf, paginate, placeFacts, SHEETS, widthOf, type Unpaged } from './paper-layout.ts';

const LABEL_EM = 5.3;
const LONG = '补充说明材料：关于异地就医期间分段住院费用结算及转诊转院备案情况的说明（含附件）';
const STEPS = [
  '最迟 2026-11-30 17:00 告知是否受理。材料不齐会一次性告知。',
  '受理后 5 个工作日内办结（法定 10 个工作日），受理次日起算。',
  '请在 2026-12-07 17:00 前把容缺材料交到任一站点，未补齐不能办结。',
  '结果可在文林社区领取，也可邮寄。带本凭证或身份证即可。',
];
const BOX: Block = {
  kind: 'boxed',
  text: '本文书在网络中断时由终端 A2 签发，与联网签发效力相同。恢复联网后自动上传；在任一站点扫码可当场核验签名。核验码',
  strong: '7C41 9E02 B8D5',
};
const FACTS = placeFacts(
  ['李*', '530111********0427', '135****7741', '无', '失业保险金申领', '2026-11-23 09:14', '窗口'].map(
    (value) => ({ label: '', value }),
  ),
  LABEL_EM,
  SHEETS.A5,
);
const FOOT = '第一联：申请人 终端 A2 第 1 次打印，2026-11-23 09:14 第 1 页 共 1 页';

function pagesOf(blocks: Block[], sheet: 'A5' | 'A4' = 'A5'): Block[][] {
  const unpaged: Unpaged = { sheet: SHEETS[sheet], facts: FACTS, labelEm: LABEL_EM, blocks, foot: FOOT };
  return paginate(unpaged);
}

function tableOf(count: number, name = '居民身份证'): Block {
  return {
    kind: 'table',
    heading: '收到的材料',
    columns: [
      { label: '序号', widthEm: 3.4, centred: true },
      { label: '材料名称' },
      { label: '形式', widthEm: 4.4, centred: true },
      { label: '份数与说明', widthEm: 14 },
    ],
    rows: Array.from({ length: count }, (_, i) => [
      String(i + 1),
      `${name}${String(i)}`,
      '纸质',
      '1 份，原件已退还',
    ]),
  };
}

const rowsIn = (pages: Block[][]) =>
  pages.flat().flatMap((block) => (block.kind === 'table' ? block.rows.map(([no]) => no) : []));

describe('the lines of a text', () => {
  it('are those a column has room for', () => {
    expect(linesOf('居民身份证', 18)).toBe(1);
    expect(linesOf('国'.repeat(18), 18)).toBe(1);
    expect(linesOf('国'.repeat(19), 18)).toBe(2);
    expect(linesOf('', 18)).toBe(1);
    expect(linesOf('一\n二', 18)).toBe(2);
  });

  it('keep Latin words whole, and break one that is longer than a line', () => {
    expect(linesOf('Start-up guaranteed-loan application', 18)).toBe(2);
    expect(linesOf('x'.repeat(100), 18)).toBe(4);
    expect(linesOf(`${'国'.repeat(18)} `, 18)).toBe(1);
  });
});

describe('the facts', () => {
  it('stand two in a line, a long one alone', () => {
    const [short, long] = placeFacts(
      [
        { label: '', value: '李*' },
        { label: '', value: LONG },
      ],
      LABEL_EM,
      SHEETS.A5,
    );
    expect([short?.wide, long?.wide]).toEqual([false, true]);
  });
});

describe('the pages', () => {
  it('are one for nine materials, with the longest of the other words', () => {
    expect(pagesOf([tableOf(9), listOf('接下来', STEPS), BOX])).toHaveLength(1);
  });

  it('are two where rows or the words below them have no room; a larger sheet takes more', () => {
    expect(pagesOf([tableOf(20), listOf('接下来', STEPS), BOX])).toHaveLength(2);
    expect(pagesOf([tableOf(9, LONG), listOf('接下来', STEPS), BOX])).toHaveLength(2);
    expect(pagesOf([tableOf(12), listOf('接下来', STEPS), BOX], 'A4')).toHaveLength(1);
  });

  it('never leave the signatures alone on a page', () => {
    for (let count = 0; count < 40; count += 1) {
      const pages = pagesOf([tableOf(count), listOf('接下来', STEPS), BOX]);
      expect(pages.at(-1)?.length).toBeGreaterThan(0);
      expect(pages.flat().filter(({ kind }) => kind === 'boxed')).toHaveLength(1);
    }
  });

  it('repeat the heading of what goes on', () => {
    const [, second] = pagesOf([tableOf(40)]);
    expect(second?.[0]).toMatchObject({ kind: 'table', heading: '收到的材料' });
  });

  it('lose no row and keep their order, however many', () => {
    for (let count = 0; count < 80; count += 1) {
      const pages = pagesOf([tableOf(count, count % 3 === 0 ? LONG : undefined), BOX]);
      expect(rowsIn(pages)).toEqual(Array.from({ length: count }, (_, i) => String(i + 1)));
      expect(pages.slice(1, -1).filter((page) => page.length === 0)).toEqual([]);
    }
  });

  it('take a long text apart between lines, and lose no letter', () => {
    const reason = `${LONG.repeat(24)}\n${'Unbreakable'.repeat(30)} end.`;
    const pages = pagesOf([textOf('理由', reason), listOf('需要补正的内容', [LONG.repeat(20), LONG])]);
    expect(pages.length).toBeGreaterThan(1);
    const texts = pages.flat().flatMap((block) => (block.kind === 'text' ? block.paragraphs : []));
    expect(texts.join('')).toBe(reason.replaceAll('\n', ''));
    const items = pages.flat().flatMap((block) => (block.kind === 'list' ? block.items : []));
    expect(items.map(({ text }) => text).join('')).toBe(LONG.repeat(21));
    expect(items.map(({ no }) => no).filter((no) => no !== '')).toEqual(['1.', '2.']);
  });

  it('are as wide as the sheet leaves', () => {
    expect(widthOf(SHEETS.A5)).toBeCloseTo(39.4, 1);
    expect(widthOf(SHEETS.A4)).toBeCloseTo(41.9, 1);
  });
});
