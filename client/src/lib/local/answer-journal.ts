/** The answers that are not in the cases yet, sealed: a record for each answer of the hub. */
import type { AnswerJournal, NotedAnswer } from '@sanji/sync/replication/ports';
import type { Seal } from './seal.ts';
import type { StationDatabase } from './station-database.ts';

const LABEL = 'answers';

export class SealedAnswerJournal implements AnswerJournal {
  readonly worthFrom = 20;
  readonly #table: StationDatabase['answers'];
  readonly #seal: Seal;

  constructor({ answers }: Pick<StationDatabase, 'answers'>, seal: Seal) {
    this.#table = answers;
    this.#seal = seal;
  }

  async add(answers: NotedAnswer[]): Promise<number> {
    return this.#table.add({ sealed: await this.#seal.sealBytes(JSON.stringify(answers), LABEL) });
  }

  async read(): Promise<{ entry: number; answers: NotedAnswer[] }[]> {
    const records = await this.#table.toArray();
    return Promise.all(
      records.map(async ({ entry, sealed }) => ({
        entry,
        answers: JSON.parse(await this.#seal.openBytes(sealed, LABEL)) as NotedAnswer[],
      })),
    );
  }

  async forget(entries: number[]): Promise<void> {
    await this.#table.bulkDelete(entries);
  }
}
