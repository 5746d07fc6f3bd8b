import type { Contestant } from './contestant.ts';
import type { PeerName } from './peers/peer.ts';
import type { PeerProcess } from './process/peer-process.ts';

/** Who answers: an engine, or an engine that is asked for documents and metadata too. */
export type EntrantName = PeerName | `${PeerName}-documents`;

/** One line of the comparison. */
export interface Entrant {
  readonly name: EntrantName;
  readonly process: PeerProcess;
  readonly isOurs: boolean;
  readonly withRecords: boolean;
}

/** The engines that walk graphs, each as often as it has ways to answer. */
export function graphEntrants(contestants: readonly Contestant[]): Entrant[] {
  return contestants
    .filter(({ peer }) => peer.search === 'graph')
    .flatMap(({ name, peer: { isOurs }, process, opened }): Entrant[] => [
      { name, process, isOurs, withRecords: false },
      ...(opened.hasRecords
        ? [{ name: `${name}-documents`, process, isOurs, withRecords: true } as const]
        : []),
    ]);
}
