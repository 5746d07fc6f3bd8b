import { advisor } from './advisor.ts';
import { calibration } from './calibration.ts';
import { churn } from './churn.ts';
import { documents } from './documents.ts';
import { drivers } from './drivers.ts';
import { embedding } from './embedding.ts';
import { filters } from './filters.ts';
import { growth } from './growth.ts';
import { ingest } from './ingest.ts';
import { memory } from './memory.ts';
import { migrate } from './migrate.ts';
import { opening } from './opening.ts';
import { pictures } from './pictures.ts';
import { queries } from './queries.ts';
import { tenMillion } from './ten-million.ts';
import { threads } from './threads.ts';

/** Every scenario by its name, in the order in which all of them run. */
export const SCENARIOS = {
  filters,
  churn,
  growth,
  ingest,
  opening,
  threads,
  memory,
  calibration,
  advisor,
  queries,
  embedding,
  documents,
  pictures,
  migrate,
  drivers,
  'ten-million': tenMillion,
} as const;

export type ScenarioName = keyof typeof SCENARIOS;
