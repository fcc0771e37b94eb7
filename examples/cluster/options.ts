import { parseArgs } from "node:util";

const registryKinds = ["embedded", "etcd"] as const;
export type RegistryKind = (typeof registryKinds)[number];

export interface Options {
  readonly registry: RegistryKind;
  /** At first; one more comes later. */
  readonly servers: number;
  /** For the whole of it. */
  readonly seconds: number;
}

export const usage = `npm run cluster -- [options]
  --registry <kind>  embedded or etcd, which must be installed; embedded without it
  --servers <n>      from 3 to 20; 5 without it
  --seconds <n>      how long, from 6; 24 without it`;

/** @throws Error that names the option */
export function readOptions(): Options {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { registry: text, servers: text, seconds: text } });
  return {
    registry: kindOf(values.registry ?? "embedded"),
    servers: numberOf("--servers", values.servers ?? "5", 3, 20),
    seconds: numberOf("--seconds", values.seconds ?? "24", 6, 3_600),
  };
}

/** @throws Error where there is no such registry */
export function kindOf(text: string): RegistryKind {
  const kind = registryKinds.find((each) => each === text);
  if (kind === undefined) throw new Error(`--registry is ${text}: it takes ${registryKinds.join(" or ")}`);
  return kind;
}

function numberOf(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`${option} is ${text}: it takes an integer from ${least} to ${most}`);
}
