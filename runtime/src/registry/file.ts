import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { silentLogger, type Logger } from "../logger.ts";
import { checkNames } from "../option-names.ts";
import { checkList, parseJson } from "./check.ts";
import { clientNumbers, resolveNumbers } from "./client-options.ts";
import { FolderWatch } from "./folder-watch.ts";
import type { Endpoint, EndpointChange, Resolver } from "./resolver.ts";
import { completeEndpoints } from "./static.ts";

/** How often a file is looked at, and its bounds. */
export interface FileResolverOptions {
  /** Between two looks at the file, in ms, where no change is reported; 5 s without it, from 1 to 86,400,000. */
  readonly interval?: number | undefined;
  /** Endpoints that a caller takes; 10,000 without it. */
  readonly maxEndpoints?: number | undefined;
  /** Bytes of the file; 16 MiB without it, from 1,024 to 1 GiB. */
  readonly maxSnapshotBytes?: number | undefined;
  /** Told once when the file cannot be used; silent without it. */
  readonly logger?: Logger | undefined;
}

const numbers = {
  interval: { default: 5_000, least: 1, most: 86_400_000 },
  maxEndpoints: clientNumbers.maxEndpoints,
  maxSnapshotBytes: clientNumbers.maxSnapshotBytes,
};

type Bounds = Readonly<Record<keyof typeof numbers, number>>;

/**
 * A resolver of the endpoints in a JSON file, which is watched: a list of addresses and endpoints, as `staticResolver` takes it,
 * that may be empty. The file may be replaced by another one, written beside it and renamed; it may be a link.
 *
 * The last good content is kept while the file is missing or broken.
 * @throws RangeError for an option out of its range
 */
export function fileResolver(path: string, options: FileResolverOptions = {}): Resolver {
  checkNames("fileResolver()", { ...numbers, logger: true }, options);
  return new FileResolver(path, resolveNumbers(numbers, options), options.logger ?? silentLogger);
}

class FileResolver implements Resolver {
  readonly target: string;
  readonly #path: string;
  readonly #bounds: Bounds;
  readonly #logger: Logger;
  #lastError: Error | undefined;

  constructor(path: string, bounds: Bounds, logger: Logger) {
    this.target = path;
    this.#path = resolve(path);
    this.#bounds = bounds;
    this.#logger = logger;
  }

  get lastError(): Error | undefined {
    return this.#lastError;
  }

  async *watch(signal: AbortSignal): AsyncIterable<EndpointChange> {
    const folder = new FolderWatch(dirname(this.#path));
    const close = (): void => folder.close();
    // Also for whoever takes no further change: nobody would run what follows a yield then.
    signal.addEventListener("abort", close);
    let known = "";
    try {
      for (let isBroken = false; !signal.aborted;) {
        const endpoints = await this.#read(isBroken);
        isBroken = endpoints === undefined;
        const found = JSON.stringify(endpoints);
        if (endpoints !== undefined && found !== known) {
          known = found;
          yield { kind: "snapshot", endpoints };
        }
        await folder.wait(this.#bounds.interval, signal);
      }
    } finally {
      signal.removeEventListener("abort", close);
      close();
    }
  }

  /** Undefined where the file cannot be used. */
  async #read(wasBroken: boolean): Promise<readonly Endpoint[] | undefined> {
    try {
      const endpoints = parse(await this.#text(), this.#bounds.maxEndpoints);
      this.#lastError = undefined;
      return endpoints;
    } catch (error) {
      const { message } = error as Error;
      this.#lastError = new Error(`${this.target} cannot be used: ${message}`, { cause: error });
      // Once until it is mended, not at each look.
      if (!wasBroken) this.#logger.warn("a file of endpoints cannot be used", { error: this.#lastError });
      return undefined;
    }
  }

  async #text(): Promise<string> {
    const { maxSnapshotBytes } = this.#bounds;
    const found = await stat(this.#path);
    // Reading a pipe would wait for whoever writes to it.
    if (!found.isFile()) throw new Error("it is no file");
    if (found.size > maxSnapshotBytes)
      throw new Error(
        `it has ${found.size} bytes: at most ${maxSnapshotBytes} are taken (option maxSnapshotBytes)`,
      );
    return readFile(this.#path, "utf8");
  }
}

/** @throws InvalidJson or TypeError that says what is wrong where */
function parse(text: string, maxEndpoints: number): readonly Endpoint[] {
  return completeEndpoints(checkList(parseJson(text, "it"), "the list", maxEndpoints), "the file");
}
