import { checkList, checkObject, InvalidJson, parseJson } from "../check.ts";
import { checkName, checkRegistered, type Registered } from "../endpoint.ts";

/** What the file begins with, so that it is not taken for something else. */
const format = "gorpc-registry/1";

/** What a snapshot tells. */
export interface Snapshot {
  readonly registrations: readonly { readonly name: string; readonly registered: Registered }[];
  /** What could not be read, and why. */
  readonly faults: readonly string[];
}

/** A registry's content as a file: an endpoint a line, for people. */
export function formatSnapshot(texts: ReadonlyMap<string, readonly string[]>): string {
  const services = Array.from(
    texts,
    ([name, endpoints]) => `  ${JSON.stringify(name)}: [\n    ${endpoints.join(",\n    ")}\n  ]`,
  );
  return `{ "format": "${format}", "services": {\n${services.join(",\n")}\n} }\n`;
}

/**
 * Reads what {@link formatSnapshot} wrote. One bad registration is no reason to lose the others.
 * @throws InvalidJson where it is no snapshot at all
 */
export function parseSnapshot(text: string): Snapshot {
  const json = checkObject(parseJson(text, "it"), "it");
  if (json["format"] !== format)
    throw new InvalidJson(`it has no "format": "${format}", so it is no snapshot of a registry`);
  const registrations: { name: string; registered: Registered }[] = [];
  const faults: string[] = [];
  const readable = (read: () => void): void => {
    try {
      read();
    } catch (error) {
      faults.push((error as Error).message);
    }
  };
  for (const [key, list] of Object.entries(checkObject(json["services"], "services"))) {
    readable(() => {
      const name = checkName(key);
      for (const [i, each] of checkList(list, name, Infinity).entries())
        readable(() => registrations.push({ name, registered: checkRegistered(each, `${name}[${i}]`) }));
    });
  }
  return { registrations, faults };
}
