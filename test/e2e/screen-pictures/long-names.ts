/** The sample district with names of sixty characters: of units, matters and people. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { forwardedMatters, SAMPLE, UNITS } from '../cast.ts';

const LENGTH = 60;
export const LONG_PERSON =
  '阿卜杜拉·买买提·艾合买提·吐尔逊·热合曼·沙依提·努尔·艾则孜·玉素甫·库尔班·阿布都热西提·肉孜·托合提·尼亚孜'.slice(
    0,
    LENGTH,
  );
const UNIT =
  '五华区翠湖西路社区居民委员会（含文林街片区、钱局街片区、青云街片区及圆通山片区）党群服务中心为民服务站综合受理窗口'.slice(
    0,
    LENGTH,
  );
const MATTER =
  '城乡居民基本养老保险关系转移接续申请（含跨省、自治区、直辖市转移及与城镇职工基本养老保险制度之间的衔接手续办理）等事项'.slice(
    0,
    LENGTH,
  );
const MATTER_EN =
  'Transfer and continuation of the basic old-age insurance of urban and rural residents across provinces';

interface Row {
  [name: string]: unknown;
}

/** Writes it below `scratch`; returns the folder. */
export function longDistrict(scratch: string): string {
  const folder = join(scratch, 'long-district');
  cpSync(SAMPLE, folder, { recursive: true });
  const long = new Set(forwardedMatters().map(({ matterId }) => matterId));
  rewrite(join(folder, 'units.json'), (row) =>
    row['code'] === UNITS.community ? { ...row, name: UNIT, display: UNIT } : row,
  );
  rewrite(join(folder, 'staff.json'), (row) =>
    row['unit'] === UNITS.community ? { ...row, name: LONG_PERSON } : row,
  );
  rewrite(join(folder, 'matters.json'), (row) =>
    long.has(String(row['matterId'])) ? { ...row, name: { zh: MATTER, en: MATTER_EN } } : row,
  );
  return folder;
}

function rewrite(path: string, change: (row: Row) => Row): void {
  const rows = JSON.parse(readFileSync(path, 'utf8')) as Row[];
  writeFileSync(path, JSON.stringify(rows.map(change)));
}
