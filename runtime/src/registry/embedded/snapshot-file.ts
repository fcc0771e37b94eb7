import { constants } from "node:fs";
import { access, open, readFile, rename, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Logger } from "../../logger.ts";
import { startTimer, stopTimer, type Timer } from "../../timer.ts";
import { parseSnapshot, type Snapshot } from "./snapshot.ts";

/** After a change, in ms: what comes meanwhile is written with it. */
const settling = 1_000;
/** After a failure, in ms. */
const retryPause = 10_000;

/** The file in which a registry's content outlives its process. It is replaced as a whole, so that nobody finds half of it. */
export class SnapshotFile {
  readonly #path: string;
  readonly #content: () => string;
  readonly #logger: Logger;
  #timer: Timer | undefined;
  #writing: Promise<void> | undefined;
  #isStarted = false;
  #isBehind = false;
  #hasFailed = false;

  /** @param content - what is to be in it now */
  constructor(path: string, content: () => string, logger: Logger) {
    this.#path = resolve(path);
    this.#content = content;
    this.#logger = logger;
  }

  /**
   * What an earlier process left there; nothing where there is no file, or none that can be understood: that one is put
   * aside, and the logger is told.
   * @param most - bytes
   * @throws Error where there can be no such file, which no later write would mend
   */
  async read(most: number): Promise<Snapshot["registrations"]> {
    try {
      await access(dirname(this.#path), constants.W_OK);
      const found = await stat(this.#path).catch(unlessMissing);
      if (found === undefined) return [];
      // Reading a pipe would wait for whoever writes to it.
      if (!found.isFile()) throw new Error("it is no file");
      if (found.size <= most) return await this.#parse(await readFile(this.#path, "utf8"));
      await this.#putAside([`it has ${found.size} bytes: at most ${most} are taken (option maxTableBytes)`]);
      return [];
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`the snapshot file ${this.#path} cannot be used: ${message}`, { cause: error });
    }
  }

  /** From now on the file is this registry's to write. */
  start(): void {
    this.#isStarted = true;
    if (this.#isBehind) this.#arm(settling);
  }

  /** Has the content written soon. */
  changed(): void {
    this.#isBehind = true;
    if (this.#isStarted && this.#writing === undefined) this.#arm(settling);
  }

  /** Writes what is not written yet; resolves when that is done or has failed. */
  async close(): Promise<void> {
    if (!this.#isStarted) return;
    this.#isStarted = false;
    stopTimer(this.#timer);
    await this.#writing;
    if (this.#isBehind) await this.#write();
  }

  #arm(ms: number): void {
    this.#timer ??= startTimer(ms, () => {
      this.#timer = undefined;
      this.#writing = this.#write().finally(() => {
        this.#writing = undefined;
        if (this.#isStarted && this.#isBehind) this.#arm(this.#hasFailed ? retryPause : settling);
      });
    });
  }

  async #write(): Promise<void> {
    this.#isBehind = false;
    try {
      await replace(this.#path, this.#content());
      this.#hasFailed = false;
    } catch (error) {
      this.#isBehind = true;
      // Once until it succeeds, not at each attempt.
      if (!this.#hasFailed)
        this.#logger.error("the registry's snapshot cannot be written; trying again", {
          file: this.#path,
          error,
        });
      this.#hasFailed = true;
    }
  }

  async #parse(text: string): Promise<Snapshot["registrations"]> {
    try {
      const { registrations, faults } = parseSnapshot(text);
      if (faults.length > 0) await this.#putAside(faults);
      return registrations;
    } catch (error) {
      await this.#putAside([(error as Error).message]);
      return [];
    }
  }

  /** A registry that refuses to start over a broken file helps nobody; nor does one that writes over what may be mended. */
  async #putAside(faults: readonly string[]): Promise<void> {
    const kept = `${this.#path}.broken`;
    const isKept = await rename(this.#path, kept).then(
      () => true,
      () => false,
    );
    this.#logger.warn("the registry's snapshot is broken; going on with what can be read of it", {
      file: this.#path,
      ...(isKept && { kept }),
      faults: faults.length,
      first: faults[0],
    });
  }
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

/** Writes beside the file, and renames: whoever reads sees the old content or the new one, also after a loss of power. */
async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
