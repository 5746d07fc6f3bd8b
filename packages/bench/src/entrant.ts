import type { Contestant } from './contestant.ts';
import type { Knob } from './knob.ts';
import type { PeerName } from './peers/peer.ts';
import type { PeerProcess } from './process/peer-process.ts';

/** Who answers: an engine, or an engine that is asked for documents and metadata too. */
export type EntrantName = PeerName | `${PeerName}-documents`;

/** The engine behind a name that says how it answers. */
export function engineOf(name: EntrantName): PeerName {
  return name.replace(/-documents$/, '') as PeerName;
}

/** One line of the comparison. */
export interface Entrant {
  readonly name: EntrantName;
  readonly knob: Knob;
  readonly process: PeerProcess;
  readonly isOurs: boolean;
  readonly withRecords: boolean;
}

/** The engines whose answers are approximate, each as often as it has ways to answer. */
export function approximateEntrants(contestants: readonly Contestant[]): Entrant[] {
  return contestants.flatMap(({ name, peer: { isOurs, knob }, process, opened }): Entrant[] => {
    if (!knob) return [];
    const common = { knob, process, isOurs };
    const documents = `${name}-documents` as const;
    return [
      { name, ...common, withRecords: false },
      ...(opened.hasRecords ? [{ name: documents, ...common, withRecords: true }] : []),
    ];
  });
}
