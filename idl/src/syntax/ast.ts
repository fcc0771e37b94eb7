/** What a file says, before any name in it is looked up. Parts that the parser could not read are left out. */
import type { Span } from "../span.ts";

export interface FileNode {
  readonly path: string;
  readonly packages: PackageNode[];
  readonly imports: ImportNode[];
  readonly declarations: DeclarationNode[];
  readonly lost: Lost;
}

/** What was in the parts that the parser could not read. */
export interface Lost {
  /** Names that may have been declared or imported there. */
  readonly names: Set<string>;
  /** A declaration has no name: any may be its. */
  nameless: boolean;
  /** Whether anything was: a construct, or some tokens. */
  some: boolean;
  /** The parser stopped before the end: anything may have been declared in the rest. */
  rest: boolean;
}

export interface NameNode {
  readonly text: string;
  readonly span: Span;
}

export interface PackageNode {
  /** Undefined where it could not be read. */
  readonly name: string | undefined;
  readonly doc: string | undefined;
  /** Of the whole statement. */
  readonly span: Span;
}

export interface ImportNode {
  readonly names: ImportedNameNode[];
  readonly specifier: TextNode | undefined;
  readonly span: Span;
}

export interface ImportedNameNode {
  readonly name: NameNode;
  /** The name after `as`, or the name itself. */
  readonly alias: NameNode;
}

export type DeclarationNode = ConstantNode | EnumNode | FieldsNode | ServiceNode;

interface DeclarationBase {
  /** Undefined where it is missing. */
  readonly name: NameNode | undefined;
  readonly doc: string | undefined;
  readonly annotations: readonly AnnotationNode[];
  /** Where the keyword begins that the annotations lead. */
  readonly keyword: number;
  /** From the first annotation to the last token. */
  readonly span: Span;
}

export interface ConstantNode extends DeclarationBase {
  readonly kind: "constant";
  readonly type: TypeNode | undefined;
  readonly value: LiteralNode | undefined;
}

export interface EnumNode extends DeclarationBase, BodyNode<ValueNode> {
  readonly kind: "enum";
}

/** The three declarations whose body is a list of fields. */
export interface FieldsNode extends DeclarationBase, BodyNode<FieldNode> {
  readonly kind: "message" | "union" | "error";
}

export interface ServiceNode extends DeclarationBase {
  readonly kind: "service";
  readonly methods: readonly MethodNode[];
}

export interface BodyNode<Member> {
  readonly members: readonly Member[];
  readonly reserved: readonly ReservedNode[];
  /** A part of the body could not be read. */
  readonly incomplete: boolean;
}

interface MemberBase {
  readonly name: NameNode;
  readonly doc: string | undefined;
  readonly annotations: readonly AnnotationNode[];
  /** From its first token to its last; for fields and values without the annotations behind. */
  readonly span: Span;
}

export interface ValueNode extends MemberBase {
  readonly number: NumberNode | undefined;
}

export interface FieldNode extends MemberBase {
  readonly number: NumberNode | undefined;
  /** Undefined where it could not be read. */
  readonly type: TypeNode | undefined;
}

export interface MethodNode extends MemberBase {
  /** Where `rpc` begins, behind the annotations. */
  readonly keyword: number;
  readonly request: PayloadNode | undefined;
  readonly response: PayloadNode | undefined;
  readonly throws: readonly NameNode[];
}

export interface PayloadNode {
  readonly stream: boolean;
  readonly type: TypeNode;
}

/** One `reserved 9, 12..15, "coupon"`. */
export interface ReservedNode {
  readonly items: readonly ReservedItemNode[];
  readonly span: Span;
}

export type ReservedItemNode =
  | { readonly kind: "range"; readonly from: NumberNode; readonly to: NumberNode; readonly span: Span }
  | { readonly kind: "name"; readonly name: TextNode; readonly span: Span };

export interface AnnotationNode {
  /** Without the `@`; its span has it. */
  readonly name: NameNode;
  readonly arguments: readonly LiteralNode[];
  /** The arguments could not be read. */
  readonly incomplete: boolean;
  readonly span: Span;
}

export type TypeNode =
  | { readonly kind: "name"; readonly text: string; readonly span: Span }
  | { readonly kind: "list"; readonly element: TypeNode; readonly span: Span }
  | { readonly kind: "map"; readonly key: TypeNode; readonly value: TypeNode; readonly span: Span }
  | { readonly kind: "optional"; readonly inner: TypeNode; readonly span: Span }
  /** Something that was reported and stands for any type. */
  | { readonly kind: "lost"; readonly span: Span };

export type LiteralNode = NumberNode | TextNode | WordNode;

/** As written; `BadNumber` tokens come with `bad` and are reported already. */
export interface NumberNode {
  readonly kind: "number";
  readonly text: string;
  readonly bad: boolean;
  readonly span: Span;
}

export interface TextNode {
  readonly kind: "text";
  readonly value: string;
  readonly span: Span;
}

export interface WordNode {
  readonly kind: "word";
  readonly text: string;
  readonly span: Span;
}
