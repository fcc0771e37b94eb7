import { goKindName, goName, type Union } from "@gorpc/idl";
import { columns } from "./columns.ts";
import { docComment } from "./doc-comment.ts";
import { fieldRow, structType } from "./emit-struct.ts";
import type { GoFile } from "./go-file.ts";
import { goType } from "./types.ts";

/**
 * A struct of pointers, of which one is set, and which one that is: gob leaves out what is zero, a pointer to it
 * too, so that the pointers alone would not tell.
 */
export function emitUnion(declaration: Union, file: GoFile): string[] {
  const type = goName(declaration.name);
  const { members } = declaration;
  const first = goKindName(declaration, members[0]!);
  const kind = {
    comment: docComment({
      lead: `Kind tells which member is set: ${first} and so on, 0 for none.\nA member that is zero may arrive as nil.`,
    }),
    cells: ["Kind", "int"],
  };
  const pointers = members.map((member) => fieldRow(member, `*${goType(member.type, file)}`));
  return [
    ...docComment(declaration),
    ...structType(type, [kind, ...pointers]),
    "",
    ...docComment({ lead: `What ${type}.Kind can be. There may be others: a newer schema can have more.` }),
    "const (",
    ...columns(
      members.map((member) => ({
        comment: docComment({ deprecated: member.deprecated }),
        cells: [goKindName(declaration, member), "int", `= ${member.number}`],
      })),
    ),
    ")",
  ];
}
