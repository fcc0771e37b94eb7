import { execFileSync } from "node:child_process";
import type { MessageType } from "@gorpc/runtime";
import { Encoder } from "@gorpc/runtime/gob";
import { buildGo } from "../../interop/go.ts";
import type { Sample } from "./run.ts";
import { Numbers, type SizeName, sizes } from "./sizes.ts";

/** Go's own gob on the same values, in processes of Go's. */
export interface GoGob {
  /** @param core - to run on; undefined for any */
  measure(milliseconds: number, batches: number, core: number | undefined): Sample[];
  close(): void;
}

/** Needs Go. */
export function openGo(): GoGob {
  const program = buildGo(new URL("go", import.meta.url));
  return {
    measure: (milliseconds, batches, core) =>
      (Object.keys(sizes) as SizeName[]).flatMap((size) => {
        const command = [program.path, size, String(milliseconds), String(batches)];
        const [file, ...rest] = core === undefined ? command : ["taskset", "-c", String(core), ...command];
        const output = execFileSync(file!, rest, { input: valuesOf(size), encoding: "utf8" });
        return JSON.parse(output) as Sample[];
      }),
    close: () => program.remove(),
  };
}

/** The values that every library meets, as one gob stream. */
function valuesOf(size: SizeName): Buffer {
  const { make, type, variants } = sizes[size];
  const numbers = new Numbers(1);
  const encoder = new Encoder();
  const values = numbers.times(variants, () => make(numbers));
  return Buffer.concat(
    values.map((value: object) => encoder.encode(type as unknown as MessageType<object>, value)),
  );
}
