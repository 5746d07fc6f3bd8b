import type { Connection } from './connection.ts';
import { checkFullText } from './full-text-check.ts';
import { KEPT_EMBEDDINGS_RULES } from './kept-embeddings.ts';
import { VECTOR_SET_RULES } from './vector-sets.ts';

/** Rules of the tables that SQLite does not hold by itself: a sentence and the count of what breaks it. */
const RULES: readonly (readonly [breach: string, count: string])[] = [
  ...VECTOR_SET_RULES,
  [
    'records lie under the key of another collection',
    'SELECT count(*) AS count FROM records WHERE key >> 32 <> collection',
  ],
  [
    'records belong to a namespace that their collection does not have',
    `SELECT count(*) AS count FROM records AS r WHERE namespace <> 0
     AND NOT EXISTS (SELECT 1 FROM namespaces AS n WHERE n.number = r.namespace AND n.collection = r.collection)`,
  ],
  [
    'records have metadata that is no JSON object',
    "SELECT count(*) AS count FROM records WHERE NOT json_valid(metadata) OR json_type(metadata) <> 'object'",
  ],
  [
    'changes have a later sequence number than their collection',
    `SELECT count(*) AS count FROM (${changes()}) AS change JOIN collections AS c ON c.id = change.collection
     WHERE change.seq > c.seq`,
  ],
  [
    'sequence numbers were given twice',
    `SELECT count(*) AS count FROM (SELECT seq FROM (${changes()}) GROUP BY seq HAVING count(*) > 1)`,
  ],
  [
    'collections have a later sequence number than the store',
    'SELECT count(*) AS count FROM collections WHERE seq > (SELECT last FROM sequence)',
  ],
  [
    'removals are still listed though they count as forgotten',
    `SELECT count(*) AS count FROM removals AS r JOIN collections AS c ON c.id = r.collection
     WHERE r.seq <= c.removals_forgotten`,
  ],
  [
    'removed records are still listed though they count as forgotten',
    `SELECT count(*) AS count FROM removed_records AS r JOIN collections AS c ON c.id = r.collection
     WHERE r.seq <= c.removed_forgotten OR r.seq > c.seq`,
  ],
  [
    'expiries lie under the key of another collection',
    'SELECT count(*) AS count FROM expiries WHERE key >> 32 <> collection',
  ],
  ...KEPT_EMBEDDINGS_RULES,
];

function changes(): string {
  return 'SELECT collection, seq FROM records UNION ALL SELECT collection, seq FROM removals';
}

/** Problems of the store, one sentence each; empty where all is well. */
export function checkStore(connection: Connection): string[] {
  const problems: string[] = [];
  for (const { integrity_check: problem } of connection.all<{ integrity_check: string }>(
    'PRAGMA integrity_check',
  )) {
    if (problem !== 'ok') problems.push(`${connection.file}: ${problem}`);
  }
  // A damaged file may answer anything to further questions.
  if (problems.length > 0) return problems;
  const orphans = connection.all('PRAGMA foreign_key_check').length;
  if (orphans > 0)
    problems.push(`${connection.file}: ${orphans} rows belong to a record or collection that is gone`);
  for (const [breach, sql] of RULES) {
    const count = connection.get<{ count: number }>(sql)?.count ?? 0;
    if (count > 0) problems.push(`${connection.file}: ${count} ${breach}`);
  }
  const indexed = connection.all<{ id: number; full_text: string }>(
    'SELECT id, full_text FROM collections WHERE full_text IS NOT NULL',
  );
  for (const { id, full_text: settings } of indexed) {
    problems.push(...checkFullText(connection, id, settings));
  }
  return problems;
}
