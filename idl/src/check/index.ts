/** The rules of the language that syntax does not hold: a flat list. */
import type { Unit } from "../resolve/unit.ts";
import { containsItself } from "./finite.ts";
import { importsOnce, importsUsed, packageFirst } from "./files.ts";
import { goConstants, goPackage } from "./go-package.ts";
import { goNames } from "./go.ts";
import { jsonNames, memberNames, numbers, reservations } from "./members.ts";
import { declaredNames, derivedNames, fullNames } from "./names.ts";
import {
  emptyUnions,
  enumsStartWithZero,
  errorFields,
  rpcNames,
  throwsOnce,
  unionMembers,
} from "./shapes.ts";

export interface CheckOptions {
  /** Also checks names on the Go side where nothing asks for it. */
  readonly go?: boolean;
}

/** A rule about one file. */
export type Rule = (unit: Unit, options: CheckOptions) => void;

const rules: readonly Rule[] = [
  packageFirst,
  importsOnce,
  importsUsed,
  declaredNames,
  derivedNames,
  memberNames,
  numbers,
  reservations,
  enumsStartWithZero,
  emptyUnions,
  unionMembers,
  errorFields,
  jsonNames,
  rpcNames,
  throwsOnce,
  goNames,
  goConstants,
];

/** A rule about all files that were loaded together. */
const rulesAcrossFiles: readonly ((units: readonly Unit[], options: CheckOptions) => void)[] = [
  fullNames,
  containsItself,
  goPackage,
];

export function check(units: readonly Unit[], options: CheckOptions): void {
  for (const unit of units) for (const rule of rules) rule(unit, options);
  for (const rule of rulesAcrossFiles) rule(units, options);
}
