import type { Field, Union } from "@gorpc/idl";
import { type StatementStructures, StructureKind } from "ts-morph";
import { elementOf, readElement, tagOf, wireOf, writeElement } from "./element.ts";
import { emitBodyAndCodec } from "./emit-body.ts";
import { describeFields } from "./emit-codec.ts";
import { docComment, docs } from "./emit-doc.ts";
import type { FileContext } from "./file-context.ts";
import { bodyName, literal } from "./names.ts";
import { typeText } from "./types.ts";

/** A discriminated union, open to members that later schemas add, its body, and the codec of the same name. */
export function emitUnion(declaration: Union, context: FileContext): StatementStructures[] {
  const { name, members } = declaration;
  const draft = `{
    members: ${describeFields(members, context)},
    ${writeMethod(declaration, context)},
    ${readMethod(declaration, context)},
  }`;
  const shapes = members.map(
    (member) =>
      `{ kind: ${literal(member.name)};\n${docComment(member)}value: ${typeText(member.type, context)} }`,
  );
  return [
    {
      kind: StructureKind.TypeAlias,
      isExported: true,
      docs: docs(declaration),
      name,
      type: [...shapes, "rpc.UnknownMember"].join(" | "),
    },
    ...emitBodyAndCodec(declaration, draft, name),
  ];
}

function writeMethod({ fullName, members }: Union, context: FileContext): string {
  const scope = context.scope();
  const [writer, value] = [scope.take("w"), scope.take("m")];
  const cases = members.map(({ name, number, type }) => {
    const statements = writeElement(elementOf(type, context), number, `${value}.value`, writer);
    return `case ${literal(name)}: ${statements} break;`;
  });
  return `write(${writer}, ${value}) {
    switch (${value}.kind) {${context.lines("cases", cases)}case "unknown": ${writer}.raw(${value}.bytes); break;
      default: throw new rpc.EncodeError(${literal(`${fullName}: no such kind`)});
    }
  }`;
}

/** The last member on the wire counts; the same message again merges with what was there. */
function readMethod({ name, fullName, members }: Union, context: FileContext): string {
  const scope = context.scope();
  const take = (name: string) => scope.take(name);
  const [reader, end, into, value, from, tag] = [
    take("r"),
    take("end"),
    take("into"),
    take("value"),
    take("from"),
    take("tag"),
  ];
  const readMember = ({ name, number, type }: Field): string => {
    const element = elementOf(type, context);
    const earlier = `${value}?.kind === ${literal(name)} ? ${value}.value : undefined`;
    const read = readElement(element, reader, earlier);
    return `case ${tagOf(number, wireOf(element))}: ${value} = { kind: ${literal(name)}, value: ${read} }; break;`;
  };
  return `read(${reader}, ${end}, ${into}) {
    let ${value} = ${into};
    while (${reader}.pos < ${end}) {
      const ${from} = ${reader}.pos;
      const ${tag} = ${reader}.tag();
      switch (${tag}) {${context.lines("cases", members.map(readMember))}default: ${value} = ${reader}.unknown(${tag}, ${from});
      }
    }
    return ${value} ?? rpc.absent(${reader}, ${bodyName(name)}, ${literal(fullName)});
  }`;
}
