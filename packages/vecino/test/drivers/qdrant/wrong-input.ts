/** What the stand-in answers in the place of a result. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function wrongInput(what: string): Refusal {
  return new Refusal(400, `Wrong input: ${what}`);
}
