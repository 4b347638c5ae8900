/** Requests made from the OpenAPI document, each with something wrong about it; the seed decides which. Nothing is sent here. */
import { ACCESS, type RouteName } from '@sanji/server/http/access';
import { SeededRandom } from '@sanji/sync/testing/fake-time';
import { badBodies } from './bad-bodies.ts';
import { BAD_IDS } from './bad-paths.ts';
import { callersOf, type Caller } from './callers.ts';
import type { Planted } from './planted-hub.ts';
import type { RawRequest } from './raw-request.ts';
import { valuesOf, type JsonSchema } from './schema-values.ts';
import { PUSH_TRICKS, trickyBundle, trickyPush, type Signing } from './signed-bodies.ts';
import { SPOILER_NAMES, spoiltCopy, textOf } from './spoil.ts';
import { sealKeyOf } from '../integration/test-bundle.ts';

export interface FuzzRequest extends RawRequest {
  route: RouteName;
  caller: Caller;
  /** What is wrong about it. */
  tricks: string[];
  isCrossSite: boolean;
}

interface Parameter {
  name: string;
  in: 'path' | 'query';
  schema: JsonSchema;
}
interface Operation {
  parameters: Parameter[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
}
export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
}

/** Values of a schema made ahead for each route. */
const POOL = 60;
/** Behind this one route lies more than behind the others. */
const PUSH_SHARE = 0.2;
const CROSS_SITE: readonly Record<string, string>[] = [
  { origin: 'https://elsewhere.example' },
  { origin: 'null' },
  { origin: 'http://localhost' },
  { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
  { 'sec-fetch-site': 'same-site' },
];
const ODD_HEADERS: readonly Record<string, string>[] = [
  { 'x-http-method-override': 'DELETE' },
  { 'x-forwarded-host': 'elsewhere.example', 'x-forwarded-proto': 'https' },
  { 'x-original-url': '/api/audit', 'x-rewrite-url': '/api/audit' },
  { accept: 'text/html', 'accept-encoding': 'gzip;q=x, br' },
  { 'accept-language': 'x'.repeat(4_000) },
  { 'if-none-match': '*', range: 'bytes=0-1,5-9' },
  { expect: '100-continue' },
  { connection: 'close, x-forwarded-for' },
  { authorization: 'Bearer ', cookie: 'sanji_session=;;; =' },
  { host: 'elsewhere.example' },
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/json; charset=utf-7' },
  { 'content-encoding': 'gzip' },
];

export class RequestMaker {
  readonly #planted: Planted;
  readonly #callers: Caller[];
  readonly #operations: { route: RouteName; operation: Operation; pool: unknown[]; isText: boolean }[];
  readonly #signings: Map<string, Omit<Signing, 'random'>>;
  readonly #ids: readonly string[];
  readonly #rawBodies = badBodies().filter(
    ({ body, isHeavy }) => isHeavy !== true && body.length < 1_000_000,
  );
  readonly #seed: number;

  private constructor(
    planted: Planted,
    {
      seed,
      openApi,
      signings,
    }: { seed: number; openApi: OpenApi; signings: Map<string, Omit<Signing, 'random'>> },
  ) {
    this.#planted = planted;
    this.#seed = seed;
    this.#signings = signings;
    this.#callers = callersOf(planted);
    this.#operations = (Object.keys(ACCESS) as RouteName[]).map((route) => {
      const [method = '', path = ''] = route.split(' ');
      const operation = openApi.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
      if (operation === undefined) throw new Error(`${route} is not described`);
      const [mediaType = '', content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
      const pool = content === undefined ? [] : valuesOf(content.schema, { seed, count: POOL });
      return { route, operation, pool, isText: mediaType === 'text/plain' };
    });
    this.#ids = [
      planted.revoked.deviceId,
      ...[...planted.cases.values()].flat().map(({ caseId }) => caseId),
      'nobody00',
      ...BAD_IDS,
    ];
  }

  static async prepare(planted: Planted, seed: number): Promise<RequestMaker> {
    const described = await fetch(`${planted.hub.url}/api/openapi.json`);
    const signings = new Map<string, Omit<Signing, 'random'>>();
    for (const [name, station, clerk] of [
      ['community', planted.community, 'yangxm'],
      ['street', planted.street, 'puyl'],
      ['district', planted.district, 'zhaom'],
    ] as const) {
      signings.set(`the terminal of the ${name}`, {
        station,
        clerk,
        key: await sealKeyOf(station, clerk),
        own: planted.cases.get(station.unit) ?? [],
        foreign: [...planted.cases].flatMap(([unit, cases]) => (unit === station.unit ? [] : cases)),
      });
    }
    return new RequestMaker(planted, { seed, openApi: (await described.json()) as OpenApi, signings });
  }

  /** The `index`-th request of the seed. */
  async make(index: number): Promise<FuzzRequest> {
    const random = new SeededRandom(Math.imul(this.#seed, 0x9e3779b1) + index);
    const isPush = random.chance(PUSH_SHARE);
    const among = isPush
      ? this.#operations.filter(({ route }) => route === 'POST /sync/push')
      : this.#operations;
    const { route, operation, pool, isText } = pick(among, random);
    const [method = '', path = ''] = route.split(' ');
    const caller = this.#callerFor(route, random);
    const tricks: string[] = [];
    const target = this.#target(path, operation, { random, tricks });
    const headers: Record<string, string> = { ...caller.headers };
    const request: FuzzRequest = { route, caller, tricks, isCrossSite: false, method, target, headers };
    if (pool.length > 0) {
      headers['content-type'] = isText ? 'text/plain' : 'application/json';
      Object.assign(request, await this.#body({ route, pool, isText, caller }, { random, tricks }));
    }
    const oddity = random.next();
    if (oddity < 0.15) {
      tricks.push('cross-site');
      Object.assign(headers, pick(CROSS_SITE, random));
      request.isCrossSite = true;
    } else if (oddity < 0.28) {
      tricks.push('odd headers');
      Object.assign(headers, pick(ODD_HEADERS, random));
    }
    return {
      ...request,
      headers: { ...headers, ...request.headers },
      isEndless: route === 'GET /sync/events',
    };
  }

  /** Half of them are let in, so that what lies behind the door is reached. */
  #callerFor(route: RouteName, random: SeededRandom): Caller {
    const isWelcome = (caller: Caller) => caller.refusal(ACCESS[route]) === undefined;
    // Who really logs out, or takes a terminal away, ends the attack of the others.
    const isSafe = (caller: Caller) => route !== 'DELETE /api/session' || !isWelcome(caller);
    const wanted = random.chance(0.6) ? this.#callers.filter(isWelcome) : this.#callers;
    const safe = wanted.filter(isSafe);
    return pick(safe.length > 0 ? safe : this.#callers.filter(isSafe), random);
  }

  #target(path: string, { parameters }: Operation, { random, tricks }: Drawn): string {
    const filled = path.replace(/:\w+/g, () => {
      const id = pick(this.#ids, random);
      if ((BAD_IDS as readonly string[]).includes(id)) tricks.push('id that is none');
      return id;
    });
    const query: string[] = [];
    for (const { name, schema } of parameters.filter((parameter) => parameter.in === 'query')) {
      if (random.chance(0.2)) continue;
      query.push(`${name}=${this.#queryValue(name, schema, random)}`);
    }
    if (random.chance(0.25) && query.length > 0) {
      tricks.push('query');
      const units = [...this.#planted.secrets.keys()].map((unit) => `unit_${unit}`);
      const name = pick(['feed', 'limit', 'since', '__proto__[x]', 'feed[]', 'feed[$ne]', '', '%00'], random);
      query.push(
        `${name}=${encodeURIComponent(pick([...units, 'cases', '-1', '1e99', '\u0000', '../x'], random))}`,
      );
    }
    return query.length === 0 ? filled : `${filled}?${query.join('&')}`;
  }

  #queryValue(name: string, schema: JsonSchema, random: SeededRandom): string {
    const feeds = [...this.#planted.secrets.keys()].map((unit) => `unit_${unit}`);
    if (name === 'feed' && random.chance(0.7)) return pick([...feeds, 'catalog'], random);
    const [value] = valuesOf(schema, { seed: random.below(2 ** 31), count: 1 });
    return encodeURIComponent(String(value).toWellFormed());
  }

  async #body(
    { route, pool, isText, caller }: { route: RouteName; pool: unknown[]; isText: boolean; caller: Caller },
    { random, tricks }: Drawn,
  ): Promise<Pick<RawRequest, 'body' | 'headers'>> {
    if (random.chance(0.1)) {
      const { name, body, headers } = pick(this.#rawBodies, random);
      tricks.push(`body: ${name}`);
      return { body, ...(headers !== undefined && { headers: { ...caller.headers, ...headers } }) };
    }
    let value = await this.#signed(route, caller, { random, tricks });
    const isSigned = value !== undefined;
    value ??= pick(pool, random);
    for (let more = isSigned ? random.chance(0.3) : random.chance(0.9); more; more = random.chance(0.3)) {
      if (typeof value !== 'object' || value === null) break;
      // A long list of long lists would not fit into memory here, let alone into a request.
      const isLong = tricks.includes('long list');
      const spoiler = pick(
        isLong ? SPOILER_NAMES.filter((name) => name !== 'long list') : SPOILER_NAMES,
        random,
      );
      tricks.push(spoiler);
      value = spoiltCopy(value, spoiler, random);
    }
    return { body: isText && typeof value === 'string' ? value.toWellFormed() : textOf(value) };
  }

  async #signed(route: RouteName, caller: Caller, { random, tricks }: Drawn): Promise<unknown> {
    const name = this.#signings.has(caller.name) ? caller.name : 'the terminal of the community';
    const signing = this.#signings.get(name);
    if (signing === undefined) throw new Error(`nobody signs for ${name}`);
    if (route === 'POST /sync/push' && random.chance(0.85)) {
      const trick = pick(PUSH_TRICKS, random);
      tricks.push(trick);
      return trickyPush(trick, { ...signing, random });
    }
    if ((route === 'POST /sync/bundle' || route === 'POST /sync/handover') && random.chance(0.7)) {
      tricks.push('signed bundle');
      return trickyBundle({ ...signing, random });
    }
    return undefined;
  }
}

interface Drawn {
  random: SeededRandom;
  tricks: string[];
}

function pick<T>(items: readonly T[], random: SeededRandom): T {
  const found = random.pick(items);
  if (found === undefined) throw new Error('nothing to choose from');
  return found;
}
