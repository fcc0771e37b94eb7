/**
 * The grammar, from tokens to the syntax tree: the file and its declarations. It accepts more than the language: forms that
 * people bring along from other languages are read, reported and understood, so that one slip costs one diagnostic.
 */
import type { ParserMethod } from "chevrotain";
import type {
  FieldNode,
  FieldsNode,
  ImportedNameNode,
  MethodNode,
  NameNode,
  ReservedNode,
  ValueNode,
} from "../ast.ts";
import * as t from "../tokens.ts";
import { keywords } from "../tokens.ts";
import { type Leading, MemberGrammar } from "./members.ts";
import type { Source } from "./recovery.ts";

/** Bodies inside bodies that are still read; deeper ones are passed over. */
const deepestNesting = 8;

interface Body<Member> {
  readonly members: Member[];
  readonly reserved: ReservedNode[];
  incomplete: boolean;
}

const emptyBody = <Member>(): Body<Member> => ({ members: [], reserved: [], incomplete: false });

/** How to read one kind of body. */
interface Block<Member> {
  readonly keyword: string;
  /** Undefined where it is missing. */
  readonly name: NameNode | undefined;
  readonly leading: Leading;
  readonly body: Body<Member>;
  /** What may stand there, for an error. */
  readonly expects: string;
  /** Whether the next tokens are to be read as a member, right or wrong. */
  readonly isMember: () => boolean;
  readonly isReserved: () => boolean;
  readonly member: () => void;
  /** Whether a member begins here beyond doubt. */
  readonly begins: () => boolean;
}

class SchemaGrammar extends MemberGrammar {
  #nesting = 0;

  constructor() {
    super();
    this.performSelfAnalysis();
  }

  /** Fills in the tree that `begin` gave; where `report` throws, the tree is complete up to there. */
  parse(source: Source): void {
    this.#nesting = 0;
    this.start(source);
    this.schema();
  }

  private readonly schema = this.RULE("schema", () => {
    this.MANY(() => {
      this.OR({
        MAX_LOOKAHEAD: 1,
        IGNORE_AMBIGUITIES: true,
        DEF: [
          { ALT: () => this.SUBRULE(this.packageStatement) },
          { ALT: () => this.SUBRULE(this.importStatement) },
          {
            ALT: () =>
              this.guarded(
                () => this.SUBRULE(this.declaration),
                () => this.atTopLevel(),
              ),
          },
          { ALT: () => this.SUBRULE(this.separators) },
          {
            ALT: () =>
              this.SUBRULE(this.junk, { ARGS: ["`import` or a declaration", () => this.atTopLevel()] }),
          },
        ],
      });
    });
  });

  private readonly separators = this.RULE("separators", () => {
    const first = this.LA(1);
    this.AT_LEAST_ONE(() =>
      this.OR([{ ALT: () => this.CONSUME(t.Comma) }, { ALT: () => this.CONSUME(t.Semicolon) }]),
    );
    this.ACTION(() =>
      this.source.report("stray-separator", this.span(first, this.LA(0)), { separator: first.image }),
    );
  });

  /** Something that begins nothing. */
  private readonly junk = this.RULE("junk", (expects: string, stop: () => boolean) => {
    this.ACTION(() => this.unexpected(expects, this.adviceOnJunk()));
    this.CONSUME(t.Any);
    this.ACTION(() => {
      this.file.lost.some = true;
      this.source.docs.forget(this.LA(0).startOffset);
      this.skip(stop);
    });
  });

  /** What somebody may have meant who wrote this where a member begins. */
  private adviceOnJunk(): string | undefined {
    const [type, name] = [this.LA(1).image, this.LA(2).image];
    if (this.is(1, t.AnnotationName)) return "a field's annotations stand behind it, on its line";
    if (this.is(2, t.Word) && this.is(3, t.Equals) && this.is(4, t.Numeric))
      return `write \`${this.LA(4).image} ${name}: ${type}\``;
    return type.startsWith("|") ? "a choice of types is declared as a `union`" : undefined;
  }

  // Statements

  private readonly packageStatement = this.RULE("packageStatement", () => {
    const doc = this.ACTION(() => this.docBefore(this.LA(1), this.LA(0)));
    const keyword = this.CONSUME(keywords.package);
    const name = this.guarded(
      () => this.SUBRULE(this.packageName),
      () => this.atTopLevel(),
    );
    this.ACTION(() => this.file.packages.push({ name, doc, span: this.span(keyword, this.LA(0)) }));
  });

  private readonly packageName = this.RULE("packageName", () => {
    const parts: string[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: t.Dot,
      ERR_MSG: "the package's name",
      DEF: () => {
        const part = this.CONSUME(t.Word, { ERR_MSG: "a part of the package's name" });
        this.ACTION(() => parts.push(this.name(part).text));
      },
    });
    return parts.join(".");
  });

  private readonly importStatement = this.RULE("importStatement", () => {
    const keyword = this.CONSUME(keywords.import);
    const names: ImportedNameNode[] = [];
    const specifier = this.guarded(
      () => this.SUBRULE(this.importClause, { ARGS: [names] }),
      () => this.atTopLevel(),
    );
    this.ACTION(() => this.file.imports.push({ names, specifier, span: this.span(keyword, this.LA(0)) }));
  });

  private readonly importClause = this.RULE("importClause", (names: ImportedNameNode[]) => {
    const from = this.OPTION(() => {
      this.CONSUME(t.LCurly, { ERR_MSG: "`{` and the names to import" });
      this.MANY({
        GATE: () => !this.is(2, t.Text),
        DEF: () => {
          this.SUBRULE(this.importedName, { ARGS: [names] });
          this.OPTION1({ GATE: () => !this.is(1, t.RCurly), DEF: () => this.CONSUME(t.Comma) });
        },
      });
      this.CONSUME(t.RCurly, { ERR_MSG: "`,` or `}`" });
      return this.CONSUME(keywords.from);
    });
    const specifier = this.CONSUME(t.Text, {
      ERR_MSG: from === undefined ? "`{` and the names to import" : "the file's path in quotes",
    });
    return this.ACTION(() => {
      if (from === undefined) {
        const help = `write \`import { Name } from ${specifier.image}\``;
        this.foreign(specifier, specifier, "an import names what it imports", help);
      }
      return this.text(specifier);
    });
  });

  private readonly importedName = this.RULE("importedName", (names: ImportedNameNode[]) => {
    const name = this.CONSUME(t.Word);
    const alias = this.OPTION(() => {
      this.CONSUME(keywords.as);
      return this.CONSUME1(t.Word, { ERR_MSG: "a name after `as`" });
    });
    this.ACTION(() => {
      const node = this.name(name);
      names.push({ name: node, alias: alias === undefined ? node : this.name(alias) });
    });
  });

  // Declarations

  private readonly declaration: ParserMethod<[], void> = this.RULE("declaration", () => {
    const leading = this.SUBRULE(this.leading);
    this.OR({
      ERR_MSG: "a declaration",
      DEF: [
        { ALT: () => this.SUBRULE(this.constant, { ARGS: [leading] }) },
        { ALT: () => this.SUBRULE(this.fieldsDeclaration, { ARGS: [leading] }) },
        { ALT: () => this.SUBRULE(this.enumeration, { ARGS: [leading] }) },
        { ALT: () => this.SUBRULE(this.service, { ARGS: [leading] }) },
      ],
    });
  });

  /** Undefined, and reported, where something else stands. */
  private readonly declaredName = this.RULE("declaredName", (what: string): NameNode | undefined => {
    const name = this.OPTION({ GATE: () => !this.atNextConstruct(), DEF: () => this.CONSUME(t.Word) });
    return this.ACTION(() => {
      if (name !== undefined) return this.name(name);
      this.expected(`the ${what}'s name`);
      return undefined;
    });
  });

  private readonly constant = this.RULE("constant", (leading: Leading) => {
    const keyword = this.CONSUME(keywords.const);
    const name = this.SUBRULE(this.declaredName, { ARGS: ["constant"] });
    const type = this.OPTION(() => {
      this.CONSUME(t.Colon);
      return this.SUBRULE(this.type);
    });
    this.ACTION(() => {
      if (type !== undefined || !this.is(1, t.Equals)) return;
      const help = `write \`const ${name?.text ?? "NAME"}: int32 = ...\``;
      this.foreign(keyword, this.LA(0), "a constant states its type", help);
    });
    this.CONSUME(t.Equals, { ERR_MSG: "`=`" });
    const value = this.OPTION1({
      GATE: () => !this.atNextConstruct(),
      DEF: () => this.SUBRULE(this.literal),
    });
    this.ACTION(() => {
      if (value === undefined) this.expected("a value");
    });
    this.ACTION(() => {
      const span = this.span(leading.first, this.LA(0));
      this.file.declarations.push({ kind: "constant", name, ...leading.head, type, value, span });
    });
  });

  private readonly fieldsDeclaration = this.RULE("fieldsDeclaration", (leading: Leading) => {
    const kind = this.OR<FieldsNode["kind"]>([
      { ALT: () => (this.CONSUME(keywords.message), "message") },
      { ALT: () => (this.CONSUME(keywords.union), "union") },
      { ALT: () => (this.CONSUME(keywords.error), "error") },
    ]);
    const name = this.SUBRULE(this.declaredName, { ARGS: [kind] });
    const body = emptyBody<FieldNode>();
    this.block({
      keyword: kind,
      name,
      leading,
      body,
      expects: "a field (`1 name: type`)",
      isMember: () => this.is(1, t.Numeric) || this.is(2, t.Colon, t.Question),
      isReserved: () => !this.is(2, t.Colon, t.Question),
      member: () => this.SUBRULE(this.field, { ARGS: [body.members] }),
      begins: () => this.atField(),
    });
    this.ACTION(() => {
      this.file.declarations.push({
        kind,
        name,
        ...leading.head,
        ...body,
        span: this.span(leading.first, this.LA(0)),
      });
    });
  });

  private readonly enumeration = this.RULE("enumeration", (leading: Leading) => {
    this.CONSUME(keywords.enum);
    const name = this.SUBRULE(this.declaredName, { ARGS: ["enum"] });
    const body = emptyBody<ValueNode>();
    this.block({
      keyword: "enum",
      name,
      leading,
      body,
      expects: "a value (`1 NAME`)",
      isMember: () => true,
      isReserved: () => true,
      member: () => this.SUBRULE(this.value, { ARGS: [body.members] }),
      begins: () => this.is(1, t.Numeric) || (this.is(1, t.Word) && this.startsLine()),
    });
    this.ACTION(() => {
      const span = this.span(leading.first, this.LA(0));
      this.file.declarations.push({ kind: "enum", name, ...leading.head, ...body, span });
    });
  });

  private readonly service = this.RULE("service", (leading: Leading) => {
    this.CONSUME(keywords.service);
    const name = this.SUBRULE(this.declaredName, { ARGS: ["service"] });
    const body = emptyBody<MethodNode>();
    this.block({
      keyword: "service",
      name,
      leading,
      body,
      expects: "an rpc (`rpc Name(Request) -> Response`)",
      isMember: () => this.atRpc(),
      isReserved: () => false,
      member: () => this.SUBRULE(this.method, { ARGS: [body.members] }),
      begins: () => this.atRpc(),
    });
    this.ACTION(() => {
      const span = this.span(leading.first, this.LA(0));
      this.file.declarations.push({ kind: "service", name, ...leading.head, methods: body.members, span });
    });
  });

  // Bodies

  /** Braces and what is between them. Called once in a rule: it uses the rule's last occurrence numbers. */
  private block<Member>(block: Block<Member>): void {
    const { body, isMember, isReserved, begins } = block;
    const opened = this.ACTION(() => this.toOpeningBrace(block));
    body.incomplete = !opened;
    const isHere = opened || block.name !== undefined;
    this.OPTION8(() => this.CONSUME8(t.LCurly));
    this.MANY8({
      GATE: () =>
        isHere &&
        !this.is(1, t.RCurly) &&
        (!this.atDeclaration() || (opened && this.isNested(block.leading))),
      DEF: () =>
        this.OR8({
          MAX_LOOKAHEAD: 1,
          IGNORE_AMBIGUITIES: true,
          DEF: [
            { GATE: () => this.atDeclaration(), ALT: () => this.nested() },
            {
              GATE: isReserved,
              ALT: () => this.member(block, () => this.SUBRULE8(this.reserved, { ARGS: [body.reserved] })),
            },
            { GATE: isMember, ALT: () => this.member(block, block.member) },
            { ALT: () => this.SUBRULE8(this.separators) },
            {
              ALT: () => {
                body.incomplete = true;
                this.SUBRULE8(this.junk, {
                  ARGS: [`${block.expects} or \`}\``, () => this.atMember(begins)],
                });
              },
            },
          ],
        }),
    });
    const closed = this.OPTION9(() => this.CONSUME8(t.RCurly));
    this.ACTION(() => {
      if (closed === undefined && opened)
        this.missingClose(`${block.keyword} ${block.name?.text ?? ""}`.trimEnd());
    });
  }

  /** Notes a missing `{`, unless the name is missing too, and passes over what is in its place. */
  private toOpeningBrace({ name, begins }: Pick<Block<never>, "name" | "begins">): boolean {
    if (this.is(1, t.LCurly)) return true;
    if (name !== undefined) {
      this.expected("`{`");
      this.skip(() => this.is(1, t.LCurly) || begins() || this.atTopLevel());
    }
    return this.is(1, t.LCurly);
  }

  private missingClose(title: string): void {
    const start = t.endOf(this.LA(0));
    this.source.report(
      "missing-close",
      { path: this.source.path, start, end: start },
      { opener: `\`${title}\`` },
    );
  }

  private atMember(begins: () => boolean): boolean {
    return begins() || this.atDeclaration();
  }

  private member<Member>({ body, begins }: Block<Member>, rule: () => void): void {
    const read = this.guarded(
      () => {
        rule();
        return true;
      },
      () => this.atMember(begins),
    );
    body.incomplete ||= read === undefined;
  }

  /** A declaration that begins right of the one it stands in is meant to be inside; else a `}` is missing. */
  private isNested(outer: Leading): boolean {
    return this.columnOf(this.LA(1)) > this.columnOf(outer.first);
  }

  private nested(): void {
    this.ACTION(() => {
      const keyword = this.LA(1);
      const last = this.is(2, t.Word) ? this.LA(2) : keyword;
      this.source.report("nested-declaration", this.span(keyword, last), {
        what: `\`${keyword.image} ${last.image}\``,
      });
    });
    this.#nesting++;
    if (this.#nesting <= deepestNesting) this.SUBRULE8(this.declaration);
    else this.skip(() => this.is(0, t.RCurly));
    this.#nesting--;
  }
}

/** The one parser: making it costs some milliseconds, and it keeps nothing between two texts. */
export const grammar = new SchemaGrammar();
