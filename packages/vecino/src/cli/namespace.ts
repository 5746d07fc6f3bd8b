import { Option } from 'commander';
import type { Collection, Namespace } from '../api/collection.ts';

/** A flag that many commands have. */
export interface NamespaceFlags {
  readonly namespace?: string;
}

/** The calls that a collection and its namespaces have in common. */
export type Records = Omit<Namespace, 'collection'>;

/** The field of an exported record that tells its namespace. Metadata cannot be meant: filters have no such field. */
export const NAMESPACE_FIELD = '$namespace';

export function namespaceFlag(about = 'Only this namespace of the collection.'): Option {
  return new Option('--namespace <name>', about);
}

/** The records that a command is about. */
export function recordsOf(collection: Collection, namespace: string | undefined): Records {
  return namespace === undefined ? collection : collection.namespace(namespace);
}
