import { create, createFileRegistry, type FileRegistry } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  EnumDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as FieldType,
  type FieldDescriptorProto,
  FieldDescriptorProtoSchema,
  file_google_protobuf_duration,
  file_google_protobuf_timestamp,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import protobuf from "protobufjs";

/** A `.proto` text, ready for two independent implementations. */
export interface LoadedProto {
  /** For protobufjs, which parses the text itself. */
  readonly root: protobuf.Root;
  /** For @bufbuild/protobuf, which takes descriptors. */
  readonly registry: FileRegistry;
}

const wellKnown = ["google/protobuf/timestamp.proto", "google/protobuf/duration.proto"];

export function loadProto(text: string): LoadedProto {
  const root = new protobuf.Root();
  for (const path of wellKnown) root.addJSON(protobuf.common.get(path)!.nested!);
  const parsed = protobuf.parse(text, root, { keepCase: true });
  root.resolveAll();
  const file = create(FileDescriptorProtoSchema, {
    name: "tested.proto",
    package: parsed.package!,
    syntax: "proto3",
    dependency: wellKnown,
  });
  for (const object of (root.lookup(parsed.package!) as protobuf.Namespace).nestedArray) {
    if (object instanceof protobuf.Type) file.messageType.push(messageOf(object));
    if (object instanceof protobuf.Enum) {
      const value = Object.entries(object.values).map(([name, number]) => ({ name, number }));
      file.enumType.push(create(EnumDescriptorProtoSchema, { name: object.name, value }));
    }
  }
  const dependencies = [file_google_protobuf_timestamp, file_google_protobuf_duration];
  const registry = createFileRegistry(file, (name) => dependencies.find(({ proto }) => proto.name === name));
  return { root, registry };
}

function messageOf(type: protobuf.Type): DescriptorProto {
  const message = create(DescriptorProtoSchema, { name: type.name });
  const unions = type.oneofsArray.filter((oneof) => !oneof.isProto3Optional);
  message.oneofDecl.push(...unions.map(({ name }) => ({ name }) as DescriptorProto["oneofDecl"][number]));
  for (const field of type.fieldsArray.map((field) => field.resolve())) {
    const described = fieldOf(field);
    message.field.push(described);
    if (field instanceof protobuf.MapField) {
      const entry = entryOf(field);
      described.typeName = `${type.fullName}.${entry.name}`;
      message.nestedType.push(entry);
    } else if (field.partOf?.isProto3Optional) {
      described.proto3Optional = true;
      described.oneofIndex = message.oneofDecl.length;
      message.oneofDecl.push({ name: `_${field.name}` } as DescriptorProto["oneofDecl"][number]);
    } else if (field.partOf) {
      described.oneofIndex = unions.indexOf(field.partOf);
    }
  }
  return message;
}

function fieldOf(field: protobuf.Field): FieldDescriptorProto {
  const repeated = field.repeated || field.map;
  const described = create(FieldDescriptorProtoSchema, {
    name: field.name,
    number: field.id,
    label: repeated ? Label.REPEATED : Label.OPTIONAL,
    jsonName: (field.options?.["json_name"] as string | undefined) ?? field.name,
    ...(field.map ? { type: FieldType.MESSAGE } : typeOf(field)),
  });
  const packed = field.options?.["packed"] as boolean | undefined;
  if (packed !== undefined) described.options = { packed } as FieldDescriptorProto["options"] & object;
  return described;
}

function typeOf({ type, resolvedType }: Pick<protobuf.Field, "type" | "resolvedType">): {
  type: FieldType;
  typeName?: string;
} {
  if (resolvedType === null) return { type: FieldType[type.toUpperCase() as keyof typeof FieldType] };
  const kind = resolvedType instanceof protobuf.Enum ? FieldType.ENUM : FieldType.MESSAGE;
  return { type: kind, typeName: resolvedType.fullName };
}

function entryOf(field: protobuf.MapField): DescriptorProto {
  const camel = field.name.charAt(0).toUpperCase() + field.name.slice(1);
  return create(DescriptorProtoSchema, {
    name: `${camel}Entry`,
    options: { mapEntry: true },
    field: [
      {
        name: "key",
        number: 1,
        label: Label.OPTIONAL,
        jsonName: "key",
        type: FieldType[field.keyType.toUpperCase() as keyof typeof FieldType],
      },
      { name: "value", number: 2, label: Label.OPTIONAL, jsonName: "value", ...typeOf(field) },
    ],
  });
}
