/** People who do not exist, by seed: their numbers pass the checks, and no two tests need to agree on a 张三. */
import type { Applicant } from '../domain/action.ts';
import { residentIdCheck } from '../domain/resident-id.ts';
import type { SeededRandom } from './fake-time.ts';

export interface Citizen extends Applicant {
  kind: 'person';
  mobile: string;
  address: string;
}

const SURNAMES = '赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜';
/** Characters that no text of the product puts side by side. */
const GIVEN = '懿瀚琰祎彧翀晟垚骞钰昶珂睿曦璟煜翊霖灏筠';
const ROADS = ['翠湖南路', '文林街', '钱局街', '大观路', '人民西路'] as const;

export function makeCitizen(random: SeededRandom): Citizen {
  const pick = (text: string) => text.charAt(random.below(text.length));
  const digits = (length: number) => String(random.below(10 ** length)).padStart(length, '0');
  const two = (below: number) => String(1 + random.below(below)).padStart(2, '0');
  const number = `530102${String(1950 + random.below(50))}${two(12)}${two(28)}${digits(3)}`;
  return {
    kind: 'person',
    name: pick(SURNAMES) + pick(GIVEN) + pick(GIVEN),
    idNumber: number + residentIdCheck(number),
    mobile: `13${digits(9)}`,
    address: `五华区${random.pick(ROADS) ?? ''}${digits(4)}号${digits(3)}室`,
  };
}
