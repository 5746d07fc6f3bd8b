/** How much goes into one request. */
export interface RequestBounds {
  readonly textsMax: number;
  readonly tokensMax: number;
}

/**
 * Cuts texts into requests, positions in `tokens`, in their order: as many as the bounds allow. A text that has more
 * tokens than a request may have goes alone, for nobody but the provider knows what it will do with it.
 *
 * @param tokens of each text
 */
export function planRequests(tokens: readonly number[], { textsMax, tokensMax }: RequestBounds): number[][] {
  const requests: number[][] = [];
  let request: number[] = [];
  let sum = 0;
  for (const [position, count] of tokens.entries()) {
    if (request.length === textsMax || (request.length > 0 && sum + count > tokensMax)) {
      requests.push(request);
      request = [];
      sum = 0;
    }
    request.push(position);
    sum += count;
  }
  if (request.length > 0) requests.push(request);
  return requests;
}
