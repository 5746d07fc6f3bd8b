import type { Advice, AdviceWarning, DataCharacter } from '../api/advice.ts';
import type { Metric } from '../api/search.ts';
import { quantity } from '../base/quantity.ts';

/** Lengths that differ by less are as good as equal: those of models that normalise in 32 or 16 bits. */
const EQUAL_NORMS = 0.005;
/** A share of exact duplicates from which it is worth a word. */
const DUPLICATES = 0.01;
/** Skewness of occurrences from which there are hubs: JMLR 11 (2010) calls data with more than 1.4 strongly skewed; words have 5 to 10. */
const HUBS = 2;
/** A nearest neighbour that is hardly nearer than anything else. */
const CONTRAST = 0.9;
/** Queries that make an interval of at most .1 around recall .95. */
const QUERIES = 50;

/** How many hits a search wants, of how many records that it may answer. */
interface Hits {
  readonly k: number;
  readonly matches: number;
}

/** What about the data speaks against how they are stored, a sentence each with what to do. */
export function warningsOf(
  metric: Metric,
  dimension: number,
  data: DataCharacter,
  queries: Advice['queries'],
  hits: Hits,
): AdviceWarning[] {
  const warnings: AdviceWarning[] = [];
  const warn = (code: AdviceWarning['code'], message: string) => warnings.push({ code, message });
  const { norms } = data;
  if (metric === 'dot' && norms.spread > EQUAL_NORMS) {
    warn(
      'NOT_NORMALIZED',
      `vectors are from ${short(norms.min)} to ${short(norms.max)} long, and under the metric dot the long ones are near to everything; where length means nothing, create the collection with the metric cosine`,
    );
  }
  if (metric === 'dot' && norms.spread <= EQUAL_NORMS) {
    warn(
      'METRIC_UNSUITED',
      'all vectors have one length, so that cosine gives the same order as dot, and its indexes are faster and more exact; create the collection with the metric cosine',
    );
  }
  if (metric === 'cosine' && norms.min < norms.median / 1e3) {
    warn(
      'METRIC_UNSUITED',
      `the shortest vector is ${short(norms.min)} long and half of them are longer than ${short(norms.median)}: under cosine its direction counts as much as theirs, and may be noise; leave such records out`,
    );
  }
  if (data.constantDimensions > 0) {
    warn(
      'CONSTANT_DIMENSIONS',
      `${data.constantDimensions} of ${dimension} dimensions have one value in all records of the sample; they cost memory and time and tell nothing apart`,
    );
  }
  if (data.duplicates >= DUPLICATES) {
    warn(
      'DUPLICATES',
      `at least ${(100 * data.duplicates).toFixed(0)} % of the records have the very vector of another one, and take their places in answers; vecino duplicates finds them`,
    );
  }
  if (data.hubness > HUBS) {
    warn(
      'HUBS',
      `a few records are among the neighbours of many (hubness ${data.hubness.toFixed(1)}): they come up whatever is asked, and graphs lead to them; a better suited model, or centring the vectors, lessens that`,
    );
  }
  if (data.contrast > CONTRAST) {
    warn(
      'NOTHING_NEAR',
      `the nearest record is ${(100 * data.contrast).toFixed(0)} % as far away as one of chance: nothing is near to anything, and what is found says little; check the model and the metric`,
    );
  }
  if (queries.count < QUERIES) {
    warn(
      'FEW_QUERIES',
      `there were ${queries.count} queries to measure with, and recalls are known to some ${(100 / Math.sqrt(queries.count)).toFixed(0)} hundredths; give 200 or more`,
    );
  }
  if (hits.k > hits.matches) {
    warn(
      'FEW_RECORDS',
      `k is ${hits.k}, and about ${quantity(hits.matches, 'record')} may be answered: every search finds them all, whatever the index; ask for fewer, or keep the index "flat"`,
    );
  }
  return warnings;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
