/**
 * Deliberate mistakes in the product's own code, each a line of it changed: what the simulation has to find. A mistake whose line is no longer
 * there once and only once is itself an error, so the list cannot go stale in silence.
 */
import { MERGE_AND_RULING } from './mutations-of-ruling.ts';
import { RELAY } from './mutations-of-relay.ts';
import { RESTORE } from './mutations-of-restore.ts';
import { STATION } from './mutations-of-station.ts';

export interface Mutation {
  name: string;
  /** From the top of the repository. */
  file: string;
  find: string;
  replace: string;
}

export const MUTATIONS: readonly Mutation[] = [...MERGE_AND_RULING, ...STATION, ...RESTORE, ...RELAY];
