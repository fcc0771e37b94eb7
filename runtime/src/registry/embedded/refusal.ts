/** A request that is not served: the status to answer and a text for whoever asked. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** The refusal of what would go over a limit; the text names the option that sets it. */
export function full(what: string, option: string, limit: number): Refusal {
  return new Refusal(503, `${what}: the limit is ${limit} (option ${option} of the registry)`);
}
