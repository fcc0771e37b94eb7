import { type Logger, silentLogger } from "../logger.ts";

/** Tells a logger of the first failure of something; the others would only repeat it. */
export class FailureReport {
  readonly #message: string;
  readonly #logger: Logger;
  #told = false;

  constructor(message: string, logger: Logger = silentLogger) {
    this.#message = message;
    this.#logger = logger;
  }

  tell(error: unknown): void {
    if (this.#told) return;
    this.#told = true;
    try {
      this.#logger.error(this.#message, { error });
    } catch {
      // A logger that fails too leaves nobody to tell, and the call must go on.
    }
  }
}
