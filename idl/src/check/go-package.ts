/** Rules about the package that generated Go makes of all schemas together. They hold where Go was asked for. */
import {
  goClientName,
  goConstantName,
  goHandlersName,
  goKindName,
  goNewClientName,
  goRegisterName,
  goValueName,
} from "../go-names.ts";
import { goName } from "../names.ts";
import type { Declaration } from "../schema.ts";
import type { Unit } from "../resolve/unit.ts";
import { exportedInGo } from "./go.ts";
import type { CheckOptions, Rule } from "./index.ts";

/** A name at the top level of the package. */
interface PackageName {
  readonly go: string;
  readonly what: string;
}

interface Owner {
  readonly what: string;
  readonly declaration: Declaration;
}

/** What a `time.Duration` can hold, in ms: int64 ns. */
const longestGoDuration = (2 ** 63 - 1024) / 1e6;

export const goConstants: Rule = ({ model, report }, { go = false }) => {
  if (!go) return;
  for (const declaration of model.declarations) {
    if (declaration.kind !== "constant" || declaration.type?.kind !== "scalar") continue;
    const { name, span, type, value } = declaration;
    if (type.scalar !== "duration" || Math.abs(Number(value)) <= longestGoDuration) continue;
    report("go-duration", span, { name });
  }
};

/** Of two names that clash, the later one is reported, and a declaration once. */
export function goPackage(units: readonly Unit[], { go = false }: CheckOptions): void {
  if (!go) return;
  const owners = new Map<string, Owner>();
  for (const unit of units) {
    for (const declaration of unit.model.declarations) checkDeclaration(declaration, unit, owners);
  }
}

function checkDeclaration(declaration: Declaration, unit: Unit, owners: Map<string, Owner>): void {
  const { name, span } = declaration;
  const named = packageNames(declaration);
  if (!exportedInGo.test(named[0].go)) {
    if (!isReported(declaration, unit)) {
      unit.report("go-name", span, { name, go: named[0].go, annotated: false });
    }
    return;
  }
  for (const { go, what } of named) {
    const owner = owners.get(go);
    owners.set(go, owner ?? { what, declaration });
    if (owner === undefined || owner.declaration === declaration || isReported(declaration, unit)) continue;
    const { path } = owner.declaration.file;
    const together = path === unit.model.path;
    const other = together ? owner.what : `${owner.what} of \`${path}\``;
    unit.report("go-name-clash", span, { go, what, other, remedy: together ? "rename" : "separate" });
  }
}

/** Whether its name has a problem already, from which others follow. */
function isReported({ span }: Declaration, { problems }: Unit): boolean {
  return problems.some((problem) => problem.span.start === span.start && problem.span.end === span.end);
}

/** What a declaration becomes at the top level of the package; its own name first, from which it is seen whether Go exports it. */
function packageNames(declaration: Declaration): [PackageName, ...PackageName[]] {
  const { name } = declaration;
  const what = `\`${name}\``;
  const own = { go: goName(name), what };
  switch (declaration.kind) {
    case "constant":
      return [{ go: goConstantName(declaration), what }];
    case "message":
    case "error":
      return [own];
    case "enum": {
      const values = declaration.values.map((value) => ({
        go: goValueName(declaration, value),
        what: `the value \`${value.name}\` of ${what}`,
      }));
      return [own, ...values];
    }
    case "union": {
      const kinds = declaration.members.map((member) => ({
        go: goKindName(declaration, member),
        what: `the number of \`${name}.${member.name}\``,
      }));
      return [own, ...kinds];
    }
    case "service":
      return [
        { go: goHandlersName(declaration), what: `the handlers of service ${what}` },
        { go: goRegisterName(declaration), what: `what registers service ${what}` },
        { go: goClientName(declaration), what: `the client of service ${what}` },
        { go: goNewClientName(declaration), what: `what makes the client of service ${what}` },
      ];
  }
}
